#pragma once

#include <stdexcept>
#include <string>

/// The exceptions of the library. All derive from `Error`, whose text is a sentence for a person: it names what is
/// wrong, where, and what to do. An expected miss ("no such trial") is a `std::optional`, never an exception.
namespace nascent {

/// Base of everything the library throws.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user gave something that cannot be used (a file, an option, a value). Programs exit with code 2.
class InputError : public Error {
 public:
  using Error::Error;
};

/// The machine refused: a full disk, a missing program, a file that cannot be opened. Programs exit with code 2 when it
/// concerns what the user named, and what was stored before stays valid.
class SystemError : public Error {
 public:
  using Error::Error;
};

/// Something that should not happen: a broken invariant of the library itself. Programs exit with code 1.
class InternalError : public Error {
 public:
  using Error::Error;
};

}  // namespace nascent
