#!/bin/sh
# A small training program for `nascent tune`: fits a straight line to 60 noisy points by gradient descent, and prints the
# error on 30 others after every epoch.
#
#   ./train.sh --lr 0.1 --epochs 20 --optimizer sgd --momentum 0.5
#
# It needs a shell and awk, and draws the same points on every machine.
set -eu
momentum=0
while [ $# -gt 0 ]; do
  case "$1" in
    --lr) lr=$2 ;;
    --epochs) epochs=$2 ;;
    --optimizer) optimizer=$2 ;;
    --momentum) momentum=$2 ;;
    *)
      echo "train.sh: unknown option $1" >&2
      exit 2
      ;;
  esac
  shift 2
done
exec awk -v lr="$lr" -v epochs="$epochs" -v optimizer="$optimizer" -v momentum="$momentum" '
  # A generator of our own: those of different awks differ.
  function draw() {
    state = (state * 16807) % 2147483647
    return state / 2147483647
  }
  function error(first, last,    i, d, sum) {
    for (i = first; i <= last; ++i) {
      d = w * x[i] + b - y[i]
      sum += d * d
    }
    return sum / (last - first + 1)
  }
  BEGIN {
    state = 42
    for (i = 1; i <= 90; ++i) {
      x[i] = 4 * draw() - 1
      y[i] = 1.5 * x[i] - 0.7 + 0.2 * (draw() + draw() + draw() - 1.5)
    }
    for (epoch = 1; epoch <= epochs; ++epoch) {
      gw = gb = 0
      for (i = 1; i <= 60; ++i) {
        d = w * x[i] + b - y[i]
        gw += 2 * d * x[i] / 60
        gb += 2 * d / 60
      }
      if (optimizer == "sign") {  # only the directions of the gradient count
        w -= lr * (gw > 0 ? 1 : -1)
        b -= lr * (gb > 0 ? 1 : -1)
      } else {
        vw = momentum * vw - lr * gw
        vb = momentum * vb - lr * gb
        w += vw
        b += vb
      }
      loss = error(61, 90)
      if (!(loss < 1e6)) {
        print "the training diverged at epoch " epoch > "/dev/stderr"
        exit 1
      }
      printf "epoch=%d loss=%.6f\n", epoch, loss
    }
  }'
