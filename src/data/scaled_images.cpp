#include "data/picture.h"
#include "nascent/data/images.h"

namespace nascent {

ImageSet scaled(const ImageSet& images, int height, int width) {
  const ImageShape from{images.channels(), images.height(), images.width()};
  const ImageShape to{images.channels(), height, width};
  std::vector<std::uint8_t> pixels;
  pixels.reserve(images.count() * to.bytes());
  for (std::size_t i = 0; i < images.count(); ++i) {
    const auto image = images.pixels().subspan(i * from.bytes(), from.bytes());
    const Picture small = converted({from, {image.begin(), image.end()}}, to);
    pixels.insert(pixels.end(), small.pixels.begin(), small.pixels.end());
  }
  return ImageSet::from_pixels(to.channels, height, width, std::move(pixels),
                               {images.labels().begin(), images.labels().end()});
}

}  // namespace nascent
