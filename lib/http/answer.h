#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/message.h"

namespace boxkited::http {

// How an answer is written, beyond what is in it.
struct AnswerStyle {
    enum class Connection { kUnsaid, kKeepAlive, kClose };
    Connection connection = Connection::kUnsaid;
    bool head_only = false;  // For HEAD: the head of the whole answer, and no more; as for a 304.
};

// Appends status line and header fields, with Content-Length of the body, and the empty line.
// `date` as http_date() makes it.
//
// Threads: any.
void append_answer_head(std::string& out, const Response& response, std::string_view date,
                        AnswerStyle style);

// Whether bytes follow the head.
bool has_body(const Response& response, AnswerStyle style);

// 784111777 is "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date(std::time_t time);

}  // namespace boxkited::http
