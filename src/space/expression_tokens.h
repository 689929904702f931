#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nascent {

/// One word or sign of an expression.
struct Token {
  enum class Kind { kNumber, kText, kName, kSign, kEnd };
  Kind kind;
  std::string text;  ///< without quotes
  double number = 0.0;
  std::size_t begin = 0;  ///< in bytes of the expression
  std::size_t end = 0;
  bool in_backquotes = false;  ///< a name that cannot be a keyword

  bool is(std::string_view what) const {
    return (kind == Kind::kSign || (kind == Kind::kName && !in_backquotes)) && text == what;
  }
};

/// The words of an expression and, last, its end. Throws the `InputError` of `expression_error`.
std::vector<Token> tokens_of(std::string_view expression);

/// Throws an `InputError` that says in which column of which expression what is wrong.
[[noreturn]] void expression_error(std::string_view expression, std::size_t at, const std::string& what);

/// A name as it must be written in an expression: in backquotes where it has signs that names usually do not have.
std::string spelled(const std::string& name);

}  // namespace nascent
