#pragma once

namespace boxkited {

// Which thread of the process runs when several want the same core. A kernel that lets a thread
// choose neither leaves it as it is.
//
// Threads: each of these changes the calling one alone.

// As soon as it wakes, before others have used up their time: for what others wait for, if it takes
// a tenth of a millisecond. Its share of a core stays the same.
void become_prompt_thread() noexcept;

// It gives way to the others: beside one that wants all of a core it has a tenth of it, and is put
// aside within a tenth of a millisecond. For work so long that who waits for an answer to an event
// must not wait for it.
void become_background_thread() noexcept;

}  // namespace boxkited
