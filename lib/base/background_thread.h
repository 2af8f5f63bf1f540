#pragma once

namespace boxkited {

// The calling thread gives way to the others of the process: it has a tenth of a core where they
// want all of it, and is put aside within a tenth of a millisecond. For long work that nobody waits
// for as others wait for an answer. A kernel that lets a thread choose neither leaves it as it is.
//
// Threads: changes the calling one alone.
void become_background_thread() noexcept;

}  // namespace boxkited
