#include "daemon/page_text.h"

namespace boxkited {

const PageText kPageText;

}  // namespace boxkited
