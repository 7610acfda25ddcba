#include "farm/farm.h"
#include "oracle/oracle.h"

THRESHER_PLUGIN("oracle", "1.0.0", oracle::Oracle, farm::Farm)
