#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "nascent/space/search_space.h"

namespace nascent {

/// The trial that another one takes up where it ended (`Trial::continues`).
struct ContinuedTrial {
  std::int64_t number = 0;
  double amount = 0.0;  ///< how much of the evaluation it had
};

/// What a run of a command is told besides its configuration.
struct CommandRun {
  std::int64_t trial = 0;
  std::uint64_t seed = 0;             ///< of this run, below 2^31 so that every program can read it
  std::filesystem::path config;       ///< a JSON file with the configuration
  std::optional<double> amount = {};  ///< how much of the evaluation it gets, where the template has an axis
  std::optional<ContinuedTrial> continues = {};
};

/// A command with places in braces for the values of a configuration:
///
///     ./train.py --lr {lr} --optimizer {optimizer} --momentum {optimizer.momentum} --filters {layers.filters}
///
/// A place names a parameter: `lr`; below a category `optimizer.momentum`, or `optimizer.sgd.momentum` for that of one
/// category only; in a list `layers.filters` (all, separated by commas) or `layers[0].filters`; `layers` alone is the
/// list as JSON. Besides there are `trial`, `seed` and `config` (the path of a JSON file), as far as no
/// parameter has that name. "{{" and "}}" stand for braces.
///
/// With an axis of fidelity ("epochs"), its name is the amount that the trial gets, and `continues` the number of the
/// trial that it takes up; where it takes up none, that place has no value.
///
/// An argument with a place for which there is no value (its parameter is not active) is left out, together with the
/// option before it: an argument that begins with "-" and holds neither a place nor a "=".
///
/// The same values are environment variables: NASCENT_lr, NASCENT_optimizer_momentum (every character that is not a
/// letter or a digit becomes "_"; lists are JSON; unset where a parameter is not active), NASCENT_TRIAL, NASCENT_SEED
/// and NASCENT_CONFIG; with an axis also NASCENT_epochs, NASCENT_CONTINUES and NASCENT_CONTINUES_AT (the amount that
/// the trial taken up had).
///
/// No shell reads any of it: an argument stays one argument, whatever it holds. Immutable.
class CommandTemplate {
 public:
  /// `axis`: of the fidelity that is varied; empty for none. Throws `InputError` that quotes the argument for an empty
  /// command, a brace that does not close and a place that names no parameter of the space (with near matches), and for
  /// an axis whose name is taken.
  CommandTemplate(std::vector<std::string> arguments, const SearchSpace& space, std::string axis = "");

  /// The arguments of one run; the first is the program.
  std::vector<std::string> arguments(const Configuration& configuration, const CommandRun& run) const;
  /// The variables of one run, by name. What `variables` names and this lacks must be unset.
  std::map<std::string, std::string> environment(const Configuration& configuration, const CommandRun& run) const;
  /// The names of all variables that `environment` may set.
  const std::vector<std::string>& variables() const { return variables_; }

  /// The program, where it is the same for all runs.
  std::optional<std::string> program() const;
  /// Top-level parameters that no argument names; none where `config` is used. The axis too, which no file holds.
  const std::vector<std::string>& parameters_not_named() const { return not_named_; }

 private:
  struct Place {
    std::string path;
  };
  using Piece = std::variant<std::string, Place>;
  struct Argument {
    std::vector<Piece> pieces;
    bool names_option = false;  ///< "-x" or "--name": goes with the argument behind it
  };

  void add_axis(const SearchSpace& space);
  Argument parse(const std::string& argument, const SearchSpace& space) const;
  std::optional<std::string> built_in(std::string_view name, const CommandRun& run) const;
  std::optional<std::string> text_of(const Argument& argument, const Configuration& configuration,
                                     const CommandRun& run) const;
  bool uses(std::string_view name) const;

  std::string axis_;
  std::vector<std::string> built_ins_;  ///< places that are no parameters
  std::vector<Argument> arguments_;
  std::vector<std::string> variables_;
  std::vector<std::string> not_named_;
};

/// The value at a path of the form above, as text; nothing where it is not active.
std::optional<std::string> value_at(const Configuration& configuration, std::string_view path);

/// A command as it can be typed into a shell: arguments in quotes where they need them.
std::string shell_line(const std::vector<std::string>& arguments);

}  // namespace nascent
