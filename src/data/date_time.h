#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nascent {

/// A moment in the calendar, as it is written (time zones are read over).
struct DateTime {
  bool has_date = false;
  bool has_time = false;
  int year = 1970;
  int month = 1;  ///< 1 to 12
  int day = 1;    ///< 1 to 31
  int hour = 0;   ///< 0 to 23
  int minute = 0;
  double second = 0.0;
};

/// The layouts by name: "YYYY-MM-DD", "YYYY/MM/DD", "YYYY.MM.DD", "DD.MM.YYYY", "MM/DD/YYYY", "DD/MM/YYYY",
/// "DD-MM-YYYY", "MM-DD-YYYY", the same with two-digit years, "YYYYMMDD", "DD Mon YYYY", "Mon DD YYYY" and "hh:mm".
/// Where two readings are possible the earlier in the list wins.
std::span<const std::string_view> date_layouts();

/// Reads a trimmed cell in one layout. A time may follow each date: "T" or a blank, hh:mm, then perhaps seconds with a
/// fraction, AM or PM, and Z or an offset.
std::optional<DateTime> parse_date_time(std::string_view cell, std::string_view layout);

/// The parts that can become features: "year", "month", "day", "weekday" (Monday is 0), "hour", "minute", and the whole
/// as one number: "days" since 1970 for dates, "time" in hours for times of day.
std::span<const std::string_view> date_parts();

/// Throws `InternalError` for an unknown part.
double part_of(const DateTime& moment, std::string_view part);

}  // namespace nascent
