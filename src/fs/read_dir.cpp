// SPDX-License-Identifier: MIT
// Reading directories: one call gives a batch, and the next call is made when that is used up.
#include <heddle/fs/read_dir.hpp>

#include <heddle/base/assert.hpp>
#include <heddle/fs/fs.hpp>

#include "fs/on_pool.hpp"
#include "sys/directory.hpp"

#include <vector>

namespace heddle::inline v0::fs {

namespace {

// Enough that the hop costs little beside the calls, and little memory.
constexpr std::size_t kBatch = 128;

/// What goes to the pool and comes back: the directory, and what was read of it.
class Batch {
 public:
  explicit Batch(sys::Directory directory) noexcept : directory_(std::move(directory)) {}

  [[nodiscard]] bool is_used_up() const noexcept { return next_ == files_.size(); }
  [[nodiscard]] sys::NamedFile take() noexcept { return std::move(files_[next_++]); }
  [[nodiscard]] bool is_last() const noexcept { return is_last_; }
  /// What kept the batch from being full.
  [[nodiscard]] int take_error() noexcept { return std::exchange(error_, 0); }

  void refill() {
    files_.clear();
    next_ = 0;
    const auto read = directory_.read(files_, kBatch);
    if (!read) error_ = read.error();
    is_last_ = files_.size() < kBatch;
  }

 private:
  sys::Directory directory_;
  std::vector<sys::NamedFile> files_;
  std::size_t next_ = 0;
  int error_ = 0;
  bool is_last_ = false;

  // All of it is owned.
  HEDDLE_UNSAFE_SEND(true);
  HEDDLE_UNSAFE_SYNC(true);
  HEDDLE_UNSAFE_OWNED(true);
};

io::Result<Batch> first_batch(const std::string& path) {
  auto directory = sys::Directory::open(path);
  if (!directory) return io::fail(directory.error());
  Batch batch(std::move(*directory));
  batch.refill();
  return batch;
}

}  // namespace

std::string DirEntry::path() const {
  const std::string& above = *directory_;
  return above.ends_with('/') ? above + name_ : above + '/' + name_;
}

Async<io::Result<Metadata>> DirEntry::metadata() const { return symlink_metadata(path()); }

Async<io::Result<FileType>> DirEntry::file_type() const {
  if (type_ != FileType(sys::FileKind::kUnknown)) co_return type_;
  const auto its = co_await metadata();
  if (!its) co_return std::unexpected(its.error());
  co_return its->file_type();
}

// Either `batch` or `running` is there; neither after the runtime has ended.
struct ReadDir::State {
  sync::Arc<std::string> path;
  std::optional<Batch> batch;
  std::optional<task::JoinHandle<Batch>> running;

  State(sync::Arc<std::string> its_path, Batch first) noexcept : path(std::move(its_path)), batch(std::move(first)) {}

  DirEntry take() {
    sys::NamedFile file = batch->take();
    return DirEntry(path.clone(), std::move(file.name), file.inode, FileType(file.kind));
  }

  void read_more() {
    running.emplace(task::spawn_blocking(
        [](Batch its) {
          its.refill();
          return its;
        },
        std::move(*batch)));
    batch.reset();
  }
};

ReadDir::ReadDir(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
ReadDir::ReadDir(ReadDir&& other) noexcept = default;
ReadDir& ReadDir::operator=(ReadDir&& other) noexcept = default;
ReadDir::~ReadDir() = default;

Poll<io::Result<std::optional<DirEntry>>> ReadDir::poll_next_entry(Context& cx) {
  using Result = Poll<io::Result<std::optional<DirEntry>>>;
  HEDDLE_INVARIANT(state_ != nullptr, "a ReadDir was used after it had been moved from");
  State& its = *state_;
  for (;;) {
    if (its.running.has_value()) {
      auto batch = its.running->poll(cx);
      if (batch.is_pending()) return Pending;
      its.running.reset();
      if (!*batch) return Result(std::in_place, detail::why_not(std::move(*batch).error()));
      its.batch.emplace(std::move(**batch));
    }
    if (!its.batch.has_value()) return Result(std::in_place, std::nullopt);
    if (!its.batch->is_used_up()) return Result(std::in_place, its.take());
    if (const int error = its.batch->take_error(); error != 0) return Result(std::in_place, io::fail(error));
    if (its.batch->is_last()) return Result(std::in_place, std::nullopt);
    its.read_more();
  }
}

Poll<std::optional<ReadDir::Item>> ReadDir::poll_next(Context& cx) {
  using Result = Poll<std::optional<Item>>;
  auto step = poll_next_entry(cx);
  if (step.is_pending()) return Pending;
  if (!step->has_value()) return Result(std::in_place, std::in_place, std::unexpect, std::move(*step).error());
  if (!(*step)->has_value()) return Result(std::in_place, std::nullopt);
  return Result(std::in_place, std::in_place, std::in_place, **std::move(*step));
}

Poll<NextEntry::Output> NextEntry::poll(Context& cx) { return entries_.poll_next_entry(cx); }

Async<io::Result<ReadDir>> read_dir(std::string_view path) {
  auto its_path = sync::Arc<std::string>::make(path);
  auto first = co_await detail::on_pool([](const std::string& its) { return first_batch(its); }, std::string(path));
  if (!first) co_return std::unexpected(first.error());
  co_return ReadDir(std::make_unique<ReadDir::State>(std::move(its_path), std::move(*first)));
}

}  // namespace heddle::inline v0::fs
