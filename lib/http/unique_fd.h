#pragma once

#include "base/unique_fd.h"
