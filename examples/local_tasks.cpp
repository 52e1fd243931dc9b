// SPDX-License-Identifier: MIT
// Tasks that stay on their thread share an Rc, without a lock; another thread sends them work.
#include <heddle/heddle.hpp>

#include <fmt/format.h>

namespace hd = heddle;

using Totals = hd::Rc<hd::RefCell<std::vector<int>>>;

hd::Async<> add_up(Totals totals, hd::mpsc::Receiver<int> numbers) {
  int total = 0;
  while (auto number = co_await numbers.recv_async()) total += *number;
  totals->borrow_mut()->push_back(total);
}

int main() {
  auto runtime = hd::runtime::Builder::current_thread().build_local().value();
  auto totals = Totals::make(std::vector<int>());
  std::vector<hd::task::JoinHandle<void>> tasks;
  std::vector<hd::thread::JoinHandle<void>> threads;
  for (int factor : {1, 10}) {
    auto [tx, rx] = hd::mpsc::channel<int>();
    tasks.push_back(runtime.spawn_local(add_up, totals.clone(), std::move(rx)));
    threads.push_back(hd::thread::spawn(
        [](hd::mpsc::Sender<int> tx, int factor) {
          for (int i = 1; i <= 4; ++i) tx.send(i * factor).value();
        },
        std::move(tx), factor));
  }
  for (auto& task : tasks) runtime.block_on(task).value();
  for (auto& thread : threads) thread.join().value();
  std::ranges::sort(*totals->borrow_mut());
  fmt::print("Totals: {} and {}\n", totals->borrow()->at(0), totals->borrow()->at(1));
}
