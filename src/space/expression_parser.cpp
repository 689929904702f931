// The grammar, each rule one function:
//
//   either      = both { "or" both }
//   both        = negation { "and" negation }
//   negation    = "not" negation | comparison
//   comparison  = sum { ("<" | "<=" | ">" | ">=" | "==" | "!=") sum }
//   sum         = product { ("+" | "-") product }
//   product     = sign { ("*" | "/" | "%") sign }
//   sign        = ("-" | "+") sign | power
//   power       = primary [ "^" sign ]
//   primary     = number | "text" | name { "." name } | function "(" either { "," either } ")" | "(" either ")"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "nascent/core/near_match.h"
#include "space/expression_operand.h"
#include "space/expression_tokens.h"

namespace nascent {
namespace {

/// Deeper nesting is a mistake, and must not exhaust the stack.
constexpr int kMostNesting = 200;

using Unary = double (*)(double);
using Binary = double (*)(double, double);

double add(double a, double b) { return a + b; }
double subtract(double a, double b) { return a - b; }
double multiply(double a, double b) { return a * b; }
double divide(double a, double b) { return a / b; }
/// With the sign of the divisor, as in mathematics.
double modulo(double a, double b) { return a - b * std::floor(a / b); }
double power(double a, double b) { return std::pow(a, b); }
double smaller(double a, double b) { return std::min(a, b); }
double larger(double a, double b) { return std::max(a, b); }
double negative(double a) { return -a; }

const std::vector<std::pair<std::string, Unary>>& functions() {
  static const std::vector<std::pair<std::string, Unary>> all{
      {"abs", [](double x) { return std::fabs(x); }},    {"sqrt", [](double x) { return std::sqrt(x); }},
      {"log", [](double x) { return std::log(x); }},     {"exp", [](double x) { return std::exp(x); }},
      {"floor", [](double x) { return std::floor(x); }}, {"ceil", [](double x) { return std::ceil(x); }},
      {"round", [](double x) { return std::round(x); }}};
  return all;
}

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> all{"abs",   "sqrt", "log", "exp", "floor", "ceil",
                                            "round", "min",  "max", "sum", "len"};
  return all;
}

NumberOf applied(Unary function, NumberOf a) {
  return [function, a = std::move(a)](const Configuration& configuration) -> std::optional<double> {
    const std::optional<double> x = a(configuration);
    if (!x) return {};
    return function(*x);
  };
}

NumberOf applied(Binary function, NumberOf a, NumberOf b) {
  return [function, a = std::move(a), b = std::move(b)](const Configuration& configuration) -> std::optional<double> {
    const std::optional<double> x = a(configuration);
    const std::optional<double> y = b(configuration);
    if (!x || !y) return {};
    return function(*x, *y);
  };
}

class Parser {
 public:
  Parser(std::string_view expression, const SearchSpace& space)
      : expression_(expression), space_(space), tokens_(tokens_of(expression)) {}

  CompiledConstraint parse() {
    if (peek().kind == Token::Kind::kEnd) fail(0, "it is empty; write a condition such as lr * batch <= 10");
    const Operand all = parse_either();
    if (peek().kind != Token::Kind::kEnd) fail_unexpected("an operator or the end");
    TruthOf truth = truth_of(all);
    if (paths_.empty())
      fail(0, "it names no parameter of the search space, so it says nothing about a configuration; name one");
    return {std::move(truth), std::move(paths_)};
  }

 private:
  // ---- words ----

  const Token& peek() const { return tokens_[next_]; }
  const Token& take() { return tokens_[next_++]; }
  bool accept(std::string_view what) {
    if (!peek().is(what)) return false;
    ++next_;
    return true;
  }

  [[noreturn]] void fail(std::size_t at, const std::string& what) const { expression_error(expression_, at, what); }

  [[noreturn]] void fail_unexpected(const char* wanted) const {
    const Token& token = peek();
    if (token.is("=")) fail(token.begin, "write == to compare");
    if (token.is("&&")) fail(token.begin, "write and");
    if (token.is("||")) fail(token.begin, "write or");
    const std::string what = token.kind == Token::Kind::kEnd
                                 ? "the end"
                                 : std::string(expression_.substr(token.begin, token.end - token.begin));
    fail(token.begin, fmt::format("{} was expected, not {}", wanted, what));
  }

  std::string source(const Operand& operand) const {
    return std::string(expression_.substr(operand.begin, operand.end - operand.begin));
  }

  // ---- types ----

  std::string nature(const Operand& operand) const {
    if (operand.truth) return "true or false";
    if (operand.literal) return "a text";
    if (operand.target && operand.target->many) return "a list of values";
    if (operand.target && operand.target->is_list()) return "a list";
    if (operand.target && operand.target->is_category())
      return fmt::format("one of the categories {}", fmt::join(operand.target->categories(), ", "));
    return "a number";
  }

  NumberOf number_of(const Operand& operand) const {
    if (operand.number) return operand.number;
    const std::string name = source(operand);
    std::string remedy;
    if (operand.target && operand.target->is_list())
      remedy = fmt::format("; its length is len({})", name);
    else if (operand.target && operand.target->many)
      remedy = fmt::format("; take sum({0}), min({0}) or max({0})", name);
    else if (operand.target)
      remedy = fmt::format("; compare it, as in {} == \"{}\"", name, operand.target->categories().front());
    fail(operand.begin, fmt::format("a number is needed, but {} is {}{}", name, nature(operand), remedy));
  }

  TruthOf truth_of(const Operand& operand) const {
    if (operand.truth) return operand.truth;
    const std::string name = source(operand);
    const std::string example = operand.number ? name + " <= 10"
                                : operand.target && operand.target->is_category() && !operand.target->many
                                    ? fmt::format("{} == \"{}\"", name, operand.target->categories().front())
                                : operand.target && operand.target->is_list() ? fmt::format("len({}) <= 4", name)
                                                                              : "optimizer == \"sgd\"";
    fail(operand.begin,
         fmt::format("a condition is needed, but {} is {}; compare it, as in {}", name, nature(operand), example));
  }

  /// The result of an operation on what stands from `first` to the word that was read last.
  template <typename Member, typename Function>
  Operand result(const Operand& first, Member member, Function function) const {
    Operand operand;
    operand.begin = first.begin;
    operand.end = tokens_[next_ - 1].end;
    operand.*member = std::move(function);
    return operand;
  }

  // ---- rules ----

  Operand parse_either() {
    if (++nesting_ > kMostNesting) fail(peek().begin, "it is nested too deeply; write it as several constraints");
    Operand left = parse_both();
    while (accept("or")) {
      const Operand right = parse_both();
      left = result(left, &Operand::truth, either(truth_of(left), truth_of(right)));
    }
    --nesting_;
    return left;
  }

  Operand parse_both() {
    Operand left = parse_negation();
    while (accept("and")) {
      const Operand right = parse_negation();
      left = result(left, &Operand::truth, both(truth_of(left), truth_of(right)));
    }
    return left;
  }

  Operand parse_negation() {
    if (!peek().is("not")) return parse_comparison();
    if (++nesting_ > kMostNesting) fail(peek().begin, "it is nested too deeply; write it as several constraints");
    Operand sign;
    sign.begin = take().begin;
    const Operand inside = parse_negation();
    --nesting_;
    return result(sign, &Operand::truth, negated(truth_of(inside)));
  }

  std::optional<Comparison> accept_comparison() {
    static const std::vector<std::pair<std::string_view, Comparison>> all{
        {"<", Comparison::kLess},          {"<=", Comparison::kLessEqual}, {">", Comparison::kGreater},
        {">=", Comparison::kGreaterEqual}, {"==", Comparison::kEqual},     {"!=", Comparison::kNotEqual}};
    for (const auto& [sign, comparison] : all)
      if (accept(sign)) return comparison;
    return {};
  }

  /// a < b < c means a < b and b < c.
  Operand parse_comparison() {
    Operand left = parse_sum();
    const Operand first = left;
    TruthOf truth;
    while (const std::optional<Comparison> comparison = accept_comparison()) {
      const std::size_t sign = tokens_[next_ - 1].begin;
      Operand right = parse_sum();
      TruthOf one = compare(*comparison, sign, left, right);
      truth = truth ? both(std::move(truth), std::move(one)) : std::move(one);
      left = std::move(right);
    }
    return truth ? result(first, &Operand::truth, std::move(truth)) : left;
  }

  TruthOf compare(Comparison comparison, std::size_t sign, const Operand& a, const Operand& b) const {
    if (a.number && b.number) return compared(comparison, a.number, b.number);
    if (!a.text || !b.text) {
      // A list or a condition is told its remedy; two kinds that do not go together are named.
      if ((!a.number && !a.text) || (!b.number && !b.text)) number_of(a.number || a.text ? b : a);
      fail(sign,
           fmt::format("{} is {}, but {} is {}; compare like with like", source(a), nature(a), source(b), nature(b)));
    }
    check_category(a, b);
    check_category(b, a);
    if (comparison == Comparison::kEqual || comparison == Comparison::kNotEqual)
      return compared(comparison, a.text, b.text);
    const Operand& named = a.target ? a : b;
    const Operand& other = a.target ? b : a;
    if (!named.target) fail(sign, "two texts have no order; compare a parameter");
    const std::vector<std::string> order = named.target->categories();
    if (named.target->ends.size() != 1 || !named.target->is_ordered() ||
        (other.target && (!other.target->is_ordered() || other.target->categories() != order)))
      fail(sign, fmt::format("the categories of {} and {} have no common order; use == or !=, or make the parameter an "
                             "ordered one",
                             source(a), source(b)));
    return compared(comparison, rank_of(a.text, order), rank_of(b.text, order));
  }

  void check_category(const Operand& parameter, const Operand& literal) const {
    if (!parameter.target || !literal.literal) return;
    const std::vector<std::string> known = parameter.target->categories();
    if (std::find(known.begin(), known.end(), *literal.literal) != known.end()) return;
    const std::string hint = did_you_mean(*literal.literal, known);
    fail(literal.begin, fmt::format("\"{}\" is no category of {}{}", *literal.literal, source(parameter),
                                    hint.empty() ? fmt::format(" ({})", fmt::join(known, ", ")) : hint));
  }

  Operand parse_sum() {
    Operand left = parse_product();
    for (;;) {
      const Binary function = accept("+") ? add : accept("-") ? subtract : nullptr;
      if (function == nullptr) return left;
      const Operand right = parse_product();
      left = result(left, &Operand::number, applied(function, number_of(left), number_of(right)));
    }
  }

  Operand parse_product() {
    Operand left = parse_sign();
    for (;;) {
      const Binary function = accept("*") ? multiply : accept("/") ? divide : accept("%") ? modulo : nullptr;
      if (function == nullptr) return left;
      const Operand right = parse_sign();
      left = result(left, &Operand::number, applied(function, number_of(left), number_of(right)));
    }
  }

  Operand parse_sign() {
    if (!peek().is("-") && !peek().is("+")) return parse_power();
    if (++nesting_ > kMostNesting) fail(peek().begin, "it is nested too deeply; write it as several constraints");
    Operand sign;
    sign.begin = peek().begin;
    const bool minus = take().text == "-";
    const Operand inside = parse_sign();
    --nesting_;
    return result(sign, &Operand::number, minus ? applied(negative, number_of(inside)) : number_of(inside));
  }

  Operand parse_power() {
    const Operand base = parse_primary();
    if (!accept("^") && !accept("**")) return base;
    const Operand exponent = parse_sign();
    return result(base, &Operand::number, applied(power, number_of(base), number_of(exponent)));
  }

  Operand parse_primary() {
    const Token& token = peek();
    if (token.is("(")) {
      const std::size_t begin = take().begin;
      Operand inside = parse_either();
      if (!accept(")")) fail_unexpected("a closing parenthesis");
      inside.begin = begin;
      inside.end = tokens_[next_ - 1].end;
      return inside;
    }
    Operand operand;
    operand.begin = token.begin;
    if (token.kind == Token::Kind::kNumber)
      return result(operand, &Operand::number,
                    [number = take().number](const Configuration&) { return std::optional<double>(number); });
    if (token.kind == Token::Kind::kText) {
      operand.literal = take().text;
      operand.end = tokens_[next_ - 1].end;
      operand.text = [text = *operand.literal](const Configuration&) { return &text; };
      return operand;
    }
    if (token.kind != Token::Kind::kName || token.is("and") || token.is("or") || token.is("not"))
      fail_unexpected("a parameter, a number or a text");
    if (!token.in_backquotes && tokens_[next_ + 1].is("(")) return parse_function();
    return parse_path();
  }

  // ---- functions ----

  Operand parse_function() {
    Operand call;
    call.begin = peek().begin;
    const std::string name = take().text;
    const auto& names = function_names();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      const std::string hint = did_you_mean(name, names);
      fail(call.begin, fmt::format("there is no function {}{}", name,
                                   hint.empty() ? fmt::format(" ({})", fmt::join(names, ", ")) : hint));
    }
    take();
    std::vector<Operand> arguments;
    do arguments.push_back(parse_either());
    while (accept(","));
    if (!accept(")")) fail_unexpected("a closing parenthesis");
    return result(call, &Operand::number, called(name, call.begin, arguments));
  }

  NumberOf called(const std::string& name, std::size_t at, const std::vector<Operand>& arguments) const {
    const Operand& first = arguments.front();
    if (name == "len") {
      if (arguments.size() != 1 || !first.target || !first.target->is_list())
        fail(first.begin, fmt::format("len takes the name of one list, but {} is {}", source(first), nature(first)));
      return length_of(*first.target);
    }
    const bool folds = name == "sum" || name == "min" || name == "max";
    if (folds && arguments.size() == 1 && first.target && first.target->many) return folded(name, first);
    if (name == "sum" || (folds && arguments.size() == 1))
      fail(first.begin,
           fmt::format("{0} takes a parameter of the elements of a list, as in {0}(layers.filters), but {1} "
                       "is {2}",
                       name, source(first), nature(first)));
    if (folds) {
      NumberOf all = number_of(first);
      for (std::size_t i = 1; i < arguments.size(); ++i)
        all = applied(name == "min" ? smaller : larger, std::move(all), number_of(arguments[i]));
      return all;
    }
    if (arguments.size() != 1) fail(at, fmt::format("{} takes one number, not {}", name, arguments.size()));
    const auto& all = functions();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.first == name; });
    return applied(found->second, number_of(first));
  }

  static NumberOf length_of(const Target& target) {
    return [path = target.path](const Configuration& configuration) -> std::optional<double> {
      std::optional<double> length;
      visit_values(configuration, path, [&](const Value& value) {
        length = length.value_or(0.0) + static_cast<double>(std::get<std::vector<Element>>(value).size());
      });
      return length;
    };
  }

  /// The sum of no values is 0 where the list is active; there is no least or largest of no values.
  NumberOf folded(const std::string& name, const Operand& argument) const {
    auto number = number_of_value(*argument.target);
    if (!number)
      fail(argument.begin,
           fmt::format("{} needs numbers, but the values of {} are categories", name, source(argument)));
    const bool sums = name == "sum";
    const Binary fold = sums ? add : name == "min" ? smaller : larger;
    const ParameterPath& path = argument.target->path;
    return [path, number = std::move(number), fold, sums,
            list = outermost_list(path)](const Configuration& configuration) -> std::optional<double> {
      std::optional<double> total;
      if (sums) visit_values(configuration, list, [&](const Value&) { total = 0.0; });
      visit_values(configuration, path, [&](const Value& value) {
        if (const std::optional<double> x = number(value)) total = total ? fold(*total, *x) : *x;
      });
      return total;
    };
  }

  /// The part of a path that leads to the first list on it.
  ParameterPath outermost_list(const ParameterPath& path) const {
    std::vector<const SearchSpace*> spaces{&space_};
    for (std::size_t i = 0; i < path.size(); ++i) {
      std::vector<const SearchSpace*> below;
      for (const SearchSpace* space : spaces) {
        const Parameter* parameter = space->find(path[i]);
        if (parameter == nullptr) continue;
        if (std::holds_alternative<RepeatDomain>(parameter->domain)) return {path.begin(), path.begin() + i + 1};
        append_below(*parameter, below);
      }
      spaces = std::move(below);
    }
    return path;
  }

  // ---- names ----

  static void append_below(const Parameter& parameter, std::vector<const SearchSpace*>& spaces) {
    if (const auto* categorical = std::get_if<CategoricalDomain>(&parameter.domain))
      for (const Choice& choice : categorical->choices) spaces.push_back(&choice.branch);
    if (const auto* list = std::get_if<RepeatDomain>(&parameter.domain)) spaces.push_back(&list->element);
  }

  Operand parse_path() {
    const std::size_t begin = peek().begin;
    Target target;
    std::vector<const SearchSpace*> spaces{&space_};
    do {
      const Token& name = peek();
      if (name.kind != Token::Kind::kName) fail_unexpected("the name of a parameter");
      for (const Parameter* parameter : target.ends)
        target.many = target.many || std::holds_alternative<RepeatDomain>(parameter->domain);
      target.ends = named(take(), spaces, target.path);
      target.path.push_back(name.text);
      spaces.clear();
      for (const Parameter* parameter : target.ends) append_below(*parameter, spaces);
    } while (accept("."));
    const std::string name = std::string(expression_.substr(begin, tokens_[next_ - 1].end - begin));
    for (const Parameter* parameter : target.ends)
      if (kind_of(*parameter) != kind_of(*target.ends.front()))
        fail(begin, fmt::format("{} is one thing below one category and another below another; write the constraint "
                                "below each category instead",
                                name));
    if (std::find(paths_.begin(), paths_.end(), target.path) == paths_.end()) paths_.push_back(target.path);
    Operand operand = operand_of(std::move(target));
    operand.begin = begin;
    operand.end = tokens_[next_ - 1].end;
    return operand;
  }

  /// Numbers are one kind, whether whole or not.
  static int kind_of(const Parameter& parameter) { return std::max(1, static_cast<int>(parameter.domain.index())); }

  std::vector<const Parameter*> named(const Token& name, const std::vector<const SearchSpace*>& spaces,
                                      const ParameterPath& before) const {
    std::vector<const Parameter*> found;
    std::vector<std::string> known;
    for (const SearchSpace* space : spaces) {
      if (const Parameter* parameter = space->find(name.text)) found.push_back(parameter);
      for (const Parameter& parameter : space->parameters()) known.push_back(spelled(parameter.name));
    }
    if (!found.empty()) return found;
    const std::string below = before.empty() ? "" : " below " + before.back();
    if (known.empty())
      fail(name.begin, before.empty() ? fmt::format("there is no parameter {}, for the space has none yet", name.text)
                                      : fmt::format("there is nothing{}, so no {}", below, name.text));
    const std::string hint = did_you_mean(name.text, known);
    std::sort(known.begin(), known.end());
    known.erase(std::unique(known.begin(), known.end()), known.end());
    fail(name.begin, fmt::format("there is no parameter {}{}{}", name.text, below,
                                 hint.empty() ? fmt::format(" ({})", fmt::join(known, ", ")) : hint));
  }

  std::string_view expression_;
  const SearchSpace& space_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int nesting_ = 0;
  std::vector<ParameterPath> paths_;
};

}  // namespace

CompiledConstraint compile(std::string_view expression, const SearchSpace& space) {
  return Parser(expression, space).parse();
}

}  // namespace nascent
