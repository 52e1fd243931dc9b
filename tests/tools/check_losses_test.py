# SPDX-License-Identifier: MIT
"""check_losses.py finds each future that the table doesn't have, and each row that says what the headers don't."""

import unittest

import planted

check_losses = planted.load("check_losses")

PAGE = "docs/guide/select.md"
HEAD = "# Select\n\n| operation | future | when it is dropped |\n|---|---|---|\n"


def future(name: str, loss: str = "", output: str = "int", bases: str = "", poll: str = "Poll<Output>") -> str:
    stated = f"  static constexpr future::Loss kLoss = {loss};\n" if loss else ""
    return (
        f"template <class T>\nclass [[nodiscard]] {name}{bases} {{\n public:\n  using Output = {output};\n{stated}\n"
        f"  {poll} poll(Context& cx) {{ return Pending; }}\n}};\n"
    )


class CheckLosses(planted.PlantedTree):
    def plant_header(self, *classes: str, namespace: str = "heddle::inline v0::net"):
        text = "".join(classes)
        self.plant("include/heddle/net/a.hpp", f"namespace {namespace} {{\n\n{text}\n}}  // namespace {namespace}\n")

    def plant_rows(self, *rows: str):
        self.plant(PAGE, "".join(f"| {row} |\n" for row in rows), HEAD)

    def test_each_constant_has_its_word(self):
        words = {
            "future::Loss::kLossless": "nothing: it stays",
            "Loss::kLosesPlace": "its place",
            "future::Loss::kLosesData": "data: some",
            "future::kLossOf<F>": "depends: on the future",
            "": "not stated",
        }
        for loss, says in words.items():
            with self.subTest(loss):
                self.plant_header(future("Read", loss))
                self.plant_rows(f"`read` | `net::Read` | {says}")
                self.assert_clean(check_losses)
                self.plant_rows("`read` | `net::Read` | everything")
                self.assert_fault(check_losses, f"{PAGE}:5: net::Read states", says.split(":")[0], "include/heddle/net/a.hpp:6")

    def test_a_future_without_a_row_is_a_fault_with_its_line(self):
        self.plant_header(future("Read"), future("Write"))
        self.plant_rows("`read` | `net::Read` | not stated")
        self.assert_fault(check_losses, "include/heddle/net/a.hpp:13: net::Write is missing")

    def test_a_row_without_a_future_is_a_fault(self):
        self.plant_header(future("Read"))
        self.plant_rows("`read`, `peek` | `net::Read`, `net::Peek` | not stated")
        self.assert_fault(check_losses, f"{PAGE}:5: there is no future net::Peek")

    def test_what_derives_from_a_future_loses_what_that_loses(self):
        self.plant_header("class Peek : public detail::Base<int> {};\n")
        self.plant(
            "include/heddle/net/detail/base.hpp",
            "namespace heddle::inline v0::net::detail {\n"
            + future("Base", "Loss::kLosesPlace")
            + "}  // namespace heddle::inline v0::net::detail\n",
        )
        self.plant_rows("`read` | `net::Peek`, `net::detail::Base` | its place")
        self.assert_clean(check_losses)
        self.plant_rows("`read` | `net::Peek`, `net::detail::Base` | nothing")
        self.assert_fault(check_losses, "net::Peek states 'its place'", "net::detail::Base states 'its place'")

    def test_the_output_may_be_spelled_out_in_poll(self):
        self.plant_header(future("Wait", output="const T&", poll="Poll<const T&>"))
        self.plant_rows()
        self.assert_fault(check_losses, "net::Wait is missing")

    def test_what_polls_but_is_no_future_needs_no_row(self):
        self.plant_header(
            future("Arm", poll="Poll<Value>"), "class Stream {\n  Poll<int> poll_next(Context&);\n};\n", "class Later;\n"
        )
        self.plant_rows()
        self.assert_clean(check_losses)

    def test_an_internal_future_needs_a_row_only_if_it_states_a_loss(self):
        self.plant_header(future("Inner"), namespace="heddle::inline v0::net::detail")
        self.plant_rows()
        self.assert_clean(check_losses)
        self.plant_header(future("Inner", "Loss::kLossless"), namespace="heddle::inline v0::net::detail")
        self.assert_fault(check_losses, "net::detail::Inner is missing")


if __name__ == "__main__":
    unittest.main()
