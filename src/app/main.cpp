#include "app/cleanup.h"
#include "app/run_options.h"
#include "cli/main.h"

int main(int argc, char** argv) { return drover::cli::main(argc, argv, {drover::app::run, drover::app::cleanup}); }
