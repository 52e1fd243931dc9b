// SPDX-License-Identifier: MIT
// Symbols by the tables of ELF files: the dynamic linker knows only what is exported, which a program's own functions
// are not.
#include "sys/symbols.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include <cxxabi.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heddle::inline v0::sys {

namespace {

std::string demangled(const char* symbol) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(symbol, nullptr, nullptr, &status),
                                                         &std::free);
  std::string name = status == 0 ? text.get() : symbol;
  // The parts into which compilers cut a coroutine are all called as the coroutine.
  if (const auto clone = name.find(" [clone ."); clone != std::string::npos) name.resize(clone);
  // GCC calls them after the type of the frame, whose name has the coroutine's own symbol in it.
  constexpr std::string_view kFrame = ".Frame*)";
  const auto inner = name.rfind("::_Z");
  if (name.ends_with(kFrame) && inner != std::string::npos) {
    return demangled(name.substr(inner + 2, name.size() - kFrame.size() - inner - 2).c_str());
  }
  return name;
}

}  // namespace

/// A mapped ELF file.
class Symbols::Module {
 public:
  Module(std::string path, std::uintptr_t base) : path_(std::move(path)), base_(base) {
    // A program that was found in PATH is known by its name alone.
    const bool is_bare = path_.find('/') == std::string::npos;
    const int file = ::open(is_bare ? "/proc/self/exe" : path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat status{};
    if (::fstat(file, &status) == 0 && static_cast<std::size_t>(status.st_size) > sizeof(ElfW(Ehdr))) {
      size_ = static_cast<std::size_t>(status.st_size);
      void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (mapped != MAP_FAILED) data_ = static_cast<const std::byte*>(mapped);
    }
    ::close(file);
  }
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module() {
    // SAFETY: munmap takes what mmap gave; nobody writes through it.
    if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
  }

  [[nodiscard]] bool is(std::string_view path) const noexcept { return path == path_; }

  /// The symbol's own spelling; null if there is none.
  [[nodiscard]] const char* symbol_at(std::uintptr_t code) const noexcept {
    const auto* header = at<ElfW(Ehdr)>(0);
    if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return nullptr;
    const std::uintptr_t address = header->e_type == ET_DYN ? code - base_ : code;
    const auto* sections = at<ElfW(Shdr)>(header->e_shoff, header->e_shnum);
    if (sections == nullptr) return nullptr;
    for (std::size_t i = 0; i < header->e_shnum; ++i) {
      if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum) continue;
      return find(sections[i], sections[sections[i].sh_link], address);
    }
    return nullptr;
  }

 private:
  /// `count` T's at `offset`, null where the file ends before.
  template <class T>
  [[nodiscard]] const T* at(std::size_t offset, std::size_t count = 1) const noexcept {
    if (data_ == nullptr || offset > size_ || count > (size_ - offset) / sizeof(T)) return nullptr;
    // SAFETY: within the file, whose format says that a T lies there; nobody else writes the private mapping.
    return reinterpret_cast<const T*>(data_ + offset);
  }

  [[nodiscard]] const char* find(const ElfW(Shdr) & table, const ElfW(Shdr) & names,
                                 std::uintptr_t address) const noexcept {
    const std::size_t count = table.sh_size / sizeof(ElfW(Sym));
    const auto* symbols = at<ElfW(Sym)>(table.sh_offset, count);
    const char* text = at<char>(names.sh_offset, names.sh_size);
    if (symbols == nullptr || text == nullptr || names.sh_size == 0 || text[names.sh_size - 1] != '\0') return nullptr;
    for (std::size_t i = 0; i < count; ++i) {
      const ElfW(Sym)& symbol = symbols[i];
      const bool holds = address - symbol.st_value < symbol.st_size;  // unsigned: before it is far behind it
      if ((symbol.st_info & 0xf) == STT_FUNC && holds && symbol.st_name < names.sh_size) return text + symbol.st_name;
    }
    return nullptr;
  }

  const std::string path_;
  const std::uintptr_t base_;
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

Symbols::Symbols() = default;
Symbols::~Symbols() = default;

std::string Symbols::function_at(const void* code) {
  Dl_info info{};
  if (::dladdr(code, &info) == 0 || info.dli_fname == nullptr) return {};
  // SAFETY: addresses are only compared and subtracted.
  const auto base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
  const auto address = reinterpret_cast<std::uintptr_t>(code);
  Module* module = nullptr;
  for (const auto& known : modules_) {
    if (known->is(info.dli_fname)) module = known.get();
  }
  if (module == nullptr) module = modules_.emplace_back(std::make_unique<Module>(info.dli_fname, base)).get();
  if (const char* symbol = module->symbol_at(address)) return demangled(symbol);
  return info.dli_sname != nullptr ? demangled(info.dli_sname) : std::string();
}

std::string Symbols::place_of(const void* code) {
  Dl_info info{};
  std::array<char, 32> offset{};
  if (::dladdr(code, &info) == 0 || info.dli_fname == nullptr) {
    std::snprintf(offset.data(), offset.size(), "%p", code);
    return offset.data();
  }
  const auto* base = static_cast<const std::byte*>(info.dli_fbase);
  std::snprintf(offset.data(), offset.size(), "+0x%zx",
                static_cast<std::size_t>(static_cast<const std::byte*>(code) - base));
  return info.dli_fname + std::string(offset.data());
}

}  // namespace heddle::inline v0::sys
