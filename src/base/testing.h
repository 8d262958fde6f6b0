/* What every unit test starts with: cmocka and the headers it wants before it. Only tests include this. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
