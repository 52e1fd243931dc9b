// SPDX-License-Identifier: MIT
// moodycamel's queue with its blocking receive: unbounded, and without an order between producers.
#include "between_threads.hpp"

#include <concurrentqueue/blockingconcurrentqueue.h>

namespace {

class Queue {
 public:
  void push(std::uint64_t message) { queue_.enqueue(message); }
  std::uint64_t pop() {
    std::uint64_t message = 0;
    queue_.wait_dequeue(message);
    return message;
  }

 private:
  moodycamel::BlockingConcurrentQueue<std::uint64_t> queue_;
};

}  // namespace

int main(int argc, char** argv) {
  const bench::Row row = bench::row_of(argc, argv);
  if (row.workers != 0 || row.kind != "unbounded") bench::unknown(row);
  Queue queue;
  bench::between_threads(row, queue);
}
