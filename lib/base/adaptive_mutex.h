#pragma once

#include <pthread.h>

namespace boxkited {

// A mutex for what is held for less time than a thread takes to fall asleep and be woken: who finds
// it taken looks again a few times before it sleeps. For std::unique_lock and its like.
//
// Threads: any.
class AdaptiveMutex {
public:
    AdaptiveMutex() {
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ADAPTIVE_NP);
        pthread_mutex_init(&mutex_, &kind);
        pthread_mutexattr_destroy(&kind);
    }
    ~AdaptiveMutex() { pthread_mutex_destroy(&mutex_); }
    AdaptiveMutex(const AdaptiveMutex&) = delete;
    AdaptiveMutex& operator=(const AdaptiveMutex&) = delete;

    void lock() { pthread_mutex_lock(&mutex_); }
    void unlock() { pthread_mutex_unlock(&mutex_); }

private:
    pthread_mutex_t mutex_;
};

}  // namespace boxkited
