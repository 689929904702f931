#pragma once

#include <string_view>

#include "nascent/learner/family.h"

/// The families one by one: each has its own file with its space, its first configurations and its preprocessing.
namespace nascent {

Family boosted_trees_family(const TableTraits& traits);
Family random_forest_family(const TableTraits& traits);
Family linear_family(const TableTraits& traits);
Family neural_network_family(const TableTraits& traits);
Family nearest_neighbours_family(const TableTraits& traits);

Preprocessing boosted_trees_preprocessing(const Configuration& configuration);
Preprocessing random_forest_preprocessing(const Configuration& configuration);
Preprocessing linear_preprocessing(const Configuration& configuration);
Preprocessing neural_network_preprocessing(const Configuration& configuration);
Preprocessing nearest_neighbours_preprocessing(const Configuration& configuration);
Preprocessing dense_network_preprocessing(const Configuration& configuration);

/// Whether every row has to be compared with every other in a time that a trial may take.
bool nearest_neighbours_can_be_used(const TableTraits& traits);

/// How trees see categories: a parameter "categories", only where the table has some. Target statistics become one
/// column for each class, so they are not offered for many classes.
void add_category_encoding(SearchSpace& space, const TableTraits& traits);
/// Sets "categories" where `add_category_encoding` has added it.
void set_category_encoding(Configuration& configuration, const TableTraits& traits, std::string_view encoding);
Preprocessing::Categories category_encoding_of(const Configuration& configuration);

/// The parameter "scaling": "standard" or "robust".
void add_scaling(SearchSpace& space);
Preprocessing::Numbers scaling_of(const Configuration& configuration);

}  // namespace nascent
