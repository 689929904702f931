#include "space/expression_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "nascent/core/error.h"

namespace nascent {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Letters of other scripts are bytes above 127 in UTF-8.
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) { return begins_name(c) || is_digit(c); }

constexpr std::array<std::string_view, 20> kSigns{"<=", ">=", "==", "!=", "**", "&&", "||", "<", ">", "+",
                                                  "-",  "*",  "/",  "%",  "^",  "(",  ")",  ",", ".", "="};

class Scanner {
 public:
  explicit Scanner(std::string_view expression) : all_(expression) {}

  std::vector<Token> scan() {
    for (;;) {
      while (at_ < all_.size() && (all_[at_] == ' ' || all_[at_] == '\t' || all_[at_] == '\n' || all_[at_] == '\r'))
        ++at_;
      if (at_ == all_.size()) break;
      const char c = all_[at_];
      if (is_digit(c) || (c == '.' && at_ + 1 < all_.size() && is_digit(all_[at_ + 1])))
        scan_number();
      else if (c == '"' || c == '\'' || c == '`')
        scan_quoted(c);
      else if (begins_name(c))
        scan_name();
      else
        scan_sign();
    }
    push(Token::Kind::kEnd, "", all_.size());
    return std::move(tokens_);
  }

 private:
  void push(Token::Kind kind, std::string_view text, std::size_t end) {
    tokens_.push_back({kind, std::string(text), 0.0, at_, end});
    at_ = end;
  }

  void scan_number() {
    double number = 0.0;
    const auto [rest, error] = std::from_chars(all_.data() + at_, all_.data() + all_.size(), number);
    const auto end = static_cast<std::size_t>(rest - all_.data());
    if (error != std::errc() || (end < all_.size() && continues_name(all_[end])))
      expression_error(all_, at_, "this is no number; write numbers as in 10, 0.5 or 1e-3");
    push(Token::Kind::kNumber, all_.substr(at_, end - at_), end);
    tokens_.back().number = number;
  }

  void scan_quoted(char quote) {
    const std::size_t end = all_.find(quote, at_ + 1);
    if (end == std::string_view::npos)
      expression_error(all_, at_, fmt::format("the quote that opens here is never closed; add a {}", quote));
    const std::string_view inside = all_.substr(at_ + 1, end - at_ - 1);
    push(quote == '`' ? Token::Kind::kName : Token::Kind::kText, inside, end + 1);
    tokens_.back().in_backquotes = quote == '`';
  }

  void scan_name() {
    std::size_t end = at_;
    while (end < all_.size() && continues_name(all_[end])) ++end;
    push(Token::Kind::kName, all_.substr(at_, end - at_), end);
  }

  void scan_sign() {
    const std::string_view rest = all_.substr(at_);
    const auto* sign =
        std::find_if(kSigns.begin(), kSigns.end(), [&](auto s) { return rest.substr(0, s.size()) == s; });
    if (sign == kSigns.end())
      expression_error(all_, at_, fmt::format("the sign {} means nothing here; remove it", rest.front()));
    push(Token::Kind::kSign, *sign, at_ + sign->size());
  }

  std::string_view all_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view expression) { return Scanner(expression).scan(); }

void expression_error(std::string_view expression, std::size_t at, const std::string& what) {
  const std::string_view before = expression.substr(0, at);
  // Columns count characters, not bytes: those that continue a UTF-8 character are left out.
  const auto column = std::count_if(before.begin(), before.end(), [](char c) { return (c & 0xC0) != 0x80; }) + 1;
  throw InputError(fmt::format("constraint \"{}\", column {}: {}", expression, column, what));
}

std::string spelled(const std::string& name) {
  const bool plain =
      !name.empty() && begins_name(name.front()) && std::all_of(name.begin(), name.end(), continues_name);
  const bool keyword = name == "and" || name == "or" || name == "not";
  return plain && !keyword ? name : "`" + name + "`";
}

}  // namespace nascent
