// GCC 12: `const char*` cannot be sent between threads safely: use std::string; found in Board.cells -> Cell.label -> const char*
// Clang 22: cannot_be_sent_between_threads_safely<const char *, because<"use std::string">, found_in<field<Board, "cells">, field<Cell, "label">>>
// An array is its elements.
#include "compile_fail/door.hpp"

struct Cell {
  int value;
  const char* label;
};
struct Board {
  int turn;
  Cell cells[3][3];
};

void f(Board board) {
  pass(board);  // refused
}
