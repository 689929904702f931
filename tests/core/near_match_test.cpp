#include "nascent/core/near_match.h"

#include <gtest/gtest.h>

namespace nascent {
namespace {

const std::vector<std::string> kColumns{"age", "income", "income_class", "education", "sex"};

TEST(NearMatch, FindsMisspelledWordsNearestFirst) {
  EXPECT_EQ(near_matches("incone", kColumns), std::vector<std::string>{"income"});
  EXPECT_EQ(near_matches("INCOME", kColumns), (std::vector<std::string>{"income", "income_class"}));
  EXPECT_EQ(near_matches("educ", kColumns), std::vector<std::string>{"education"});
  EXPECT_TRUE(near_matches("zebra", kColumns).empty());
}

TEST(NearMatch, GivesNoMoreThanAsked) {
  const std::vector<std::string> many{"lr1", "lr2", "lr3", "lr4"};
  EXPECT_EQ(near_matches("lr0", many, 2).size(), 2u);
}

TEST(NearMatch, EndsASentence) {
  EXPECT_EQ(did_you_mean("incone", kColumns), "; did you mean \"income\"?");
  EXPECT_EQ(did_you_mean("Income", kColumns), "; did you mean \"income\" or \"income_class\"?");
  EXPECT_EQ(did_you_mean("zebra", kColumns), "");
}

}  // namespace
}  // namespace nascent
