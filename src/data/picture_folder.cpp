#include "data/picture_folder.h"

#include <algorithm>
#include <optional>

#include "data/picture.h"
#include "nascent/core/error.h"

namespace nascent {
namespace {

bool is_hidden(const std::filesystem::path& path) { return path.filename().string().starts_with('.'); }

/// What lies in a folder, sorted by name.
struct Listing {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> pictures;
  std::vector<std::filesystem::path> others;
};

Listing list(const std::filesystem::path& folder) {
  Listing listing;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (is_hidden(entry->path())) continue;
    std::error_code ignored;
    auto& kind = entry->is_directory(ignored)           ? listing.folders
                 : is_named_like_picture(entry->path()) ? listing.pictures
                                                        : listing.others;
    kind.push_back(entry->path());
  }
  if (error) throw InputError("cannot read the folder " + folder.string() + ": " + error.message());
  for (auto* paths : {&listing.folders, &listing.pictures, &listing.others}) std::ranges::sort(*paths);
  return listing;
}

std::optional<std::filesystem::path> find_folder(const Listing& listing, std::string_view name) {
  for (const auto& folder : listing.folders) {
    std::string lowered = folder.filename().string();
    std::ranges::transform(lowered, lowered.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lowered == name) return folder;
  }
  return std::nullopt;
}

/// Collects the pictures of class folders and what had to be left out.
class Collector {
 public:
  std::vector<PictureFile> collect(const Listing& listing) {
    std::vector<PictureFile> files;
    leave_out(listing.others);
    for (const auto& folder : listing.folders) {
      const Listing content = list(folder);
      leave_out(content.others);
      if (content.pictures.empty()) {
        notes_.push_back("the folder " + folder.filename().string() + " holds no PNG or JPEG pictures and is no class");
      }
      for (const auto& picture : content.pictures) files.push_back({picture, folder.filename().string()});
    }
    if (!files.empty()) leave_out(listing.pictures);
    return files;
  }

  std::vector<std::string> notes() && {
    if (left_out_ > 0) {
      notes_.push_back(
          std::to_string(left_out_) +
          (left_out_ == 1 ? " file is no picture of a class and was" : " files are no pictures of a class and were") +
          " left out, " + example_.string() + (left_out_ == 1 ? "" : " for one"));
    }
    return std::move(notes_);
  }

  void leave_out(const std::vector<std::filesystem::path>& paths) {
    if (paths.empty()) return;
    if (left_out_ == 0) example_ = paths.front();
    left_out_ += paths.size();
  }

 private:
  std::vector<std::string> notes_;
  std::size_t left_out_ = 0;
  std::filesystem::path example_;
};

}  // namespace

PictureFolder list_pictures(const std::filesystem::path& folder) {
  const Listing top = list(folder);
  PictureFolder result;
  Collector collector;
  if (const auto training = find_folder(top, "train")) {
    const Listing training_list = list(*training);
    if (!training_list.folders.empty()) {
      result.training = collector.collect(training_list);
      const auto test = find_folder(top, "test");
      if (test) result.test = collector.collect(list(*test));
      collector.leave_out(top.others);
      collector.leave_out(top.pictures);
      result.notes = std::move(collector).notes();
      for (const auto& other : top.folders) {
        if (other == *training || (test && other == *test)) continue;
        result.notes.push_back("the folder " + other.filename().string() + " beside train and test was left out");
      }
      return result;
    }
  }
  result.training = collector.collect(top);
  if (result.training.empty()) {
    for (const auto& picture : top.pictures) result.training.push_back({picture, ""});
  }
  result.notes = std::move(collector).notes();
  return result;
}

}  // namespace nascent
