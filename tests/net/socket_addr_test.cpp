// SPDX-License-Identifier: MIT
// Addresses: parsed, printed, compared.
#include <heddle/net/socket_addr.hpp>

#include <heddle/fmt.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace heddle::test {
namespace {

using net::IpAddr;
using net::SocketAddr;

TEST(SocketAddr, text_is_parsed_and_printed_back) {
  for (std::string_view text : {"127.0.0.1:8080", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:80", "[2001:db8::7]:443",
                                "[fe80::1%3]:9"}) {
    const auto addr = SocketAddr::parse(text);
    ASSERT_TRUE(addr.has_value()) << text;
    EXPECT_EQ(addr->to_string(), text);
    EXPECT_EQ(fmt::format("{}", *addr), text);
  }
}

TEST(SocketAddr, text_that_is_no_address_is_refused_as_invalid_input) {
  using namespace std::string_view_literals;
  std::string long_text(1000, '1');
  long_text[998] = ':';
  const std::vector<std::string_view> wrong{
      ""sv,
      ":"sv,
      "127.0.0.1"sv,
      "127.0.0.1:"sv,
      "127.0.0.1:65536"sv,
      "127.0.0.1:-1"sv,
      "127.0.0.1:+1"sv,
      "127.0.0.1: 1"sv,
      "1.2.3:4"sv,
      "1.2.3.4.5:6"sv,
      "256.0.0.1:1"sv,
      "::1:80"sv,
      "[::1]"sv,
      "[::1]:"sv,
      "[127.0.0.1]:80"sv,
      "[::1:80"sv,
      "localhost:80"sv,
      "127.0.0.1:80 "sv,
      " 127.0.0.1:80"sv,
      "[fe80::1%]:9"sv,
      "[fe80::1%eth0]:9"sv,
      "[::1%4294967296]:9"sv,
      "127.0.0.1\0:80"sv,
      "127.0.0.1:8\0"sv,
      "127.0.0.1%1:80"sv,
      "[]:1"sv,
      long_text,
  };
  for (const std::string_view text : wrong) {
    const auto addr = SocketAddr::parse(text);
    ASSERT_FALSE(addr.has_value()) << text;
    EXPECT_EQ(addr.error().kind(), io::ErrorKind::kInvalidInput);
  }
}

TEST(SocketAddr, addresses_compare_by_ip_then_port) {
  EXPECT_EQ(SocketAddr(IpAddr::localhost(), 80), SocketAddr::parse("127.0.0.1:80").value());
  EXPECT_LT(SocketAddr(IpAddr::v4(1, 2, 3, 4), 9), SocketAddr(IpAddr::v4(1, 2, 3, 5), 8));
  EXPECT_NE(SocketAddr(IpAddr::localhost(), 80), SocketAddr(IpAddr::localhost(), 81));
}

TEST(IpAddr, loopback_is_known_in_both_families) {
  EXPECT_TRUE(IpAddr::localhost().is_loopback());
  EXPECT_TRUE(IpAddr::v4(127, 200, 0, 9).is_loopback());
  EXPECT_TRUE(IpAddr::parse("::1").value().is_loopback());
  EXPECT_FALSE(IpAddr::parse("::2").value().is_loopback());
  EXPECT_FALSE(IpAddr::unspecified().is_loopback());
}

TEST(Fmt, an_address_takes_the_format_of_a_string) {
  EXPECT_EQ(fmt::format("{:>12}|", IpAddr::localhost()), "   127.0.0.1|");
}

}  // namespace
}  // namespace heddle::test
