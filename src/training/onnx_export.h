#pragma once

#include <string>
#include <vector>

#include "nascent/data/task.h"
#include "training/image_batch.h"

namespace nascent {

class Network;

/// One network of a model that is exported.
struct OnnxMember {
  std::string name;                  ///< the names of its part of the graph begin with it; unique in the model
  const Network* network = nullptr;  ///< takes feature maps, gives one output for each class
  PixelStatistics pixels;            ///< by which its images were normalized
  double weight = 1.0;               ///< of its probabilities in the mean; the weights sum to one
  bool mirror_average = false;       ///< its probabilities are the mean over an image and its mirror image
};

/// The bytes of an ONNX file that predicts as these networks do together (docs/formats/onnx.md): the input "image",
/// batch x channels x height x width with pixels from 0 to 255, becomes "probabilities", batch x classes. The classes
/// of the task and the metric stand in its metadata.
///
/// Throws `InputError` for an operation that ONNX cannot express, naming the node.
std::string onnx_model(const std::vector<OnnxMember>& members, const Task& task, const std::string& metric);

}  // namespace nascent
