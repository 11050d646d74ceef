#include "app/cleanup.h"
#include "app/run_options.h"
#include "app/trial.h"
#include "cli/main.h"
#include "runner/io/start.h"

int main(int argc, char** argv) {
    if (auto const status = drover::runner::run_if_called_so(argv)) return *status;
    return drover::cli::main(argc, argv, {drover::app::run, drover::app::cleanup, drover::app::try_out});
}
