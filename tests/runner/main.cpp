// The script runner is the program that starts it, executed again: here that is this one.
#include <gmock/gmock.h>

#include "runner/io/start.h"

int main(int argc, char** argv) {
    if (auto const status = drover::runner::run_if_called_so(argv)) return *status;
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
