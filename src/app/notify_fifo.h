// notify_fifo, vrrp_notify_fifo, lvs_notify_fifo: events as lines in a named pipe, for a program that reads them.
#pragma once

#include <string>
#include <vector>

#include "loop/io/fd.h"
#include "model/global.h"

namespace drover::app {

class NotifyFifos {
public:
    /// Makes the pipes that are not there and opens them; one that cannot be had is named in the log and left out. Those
    /// that stay the same stay open.
    void apply(std::vector<model::NotifyFifo> const& fifos);

    /// One line, without its end, for the pipe of all events and that of `about`. A pipe that nobody empties fills up; then lines are lost, which is said once.
    void write(model::NotifyFifo::About about, std::string const& line);

    /// The program that reads each pipe, with the pipe's path behind its own arguments.
    static model::Script reader_of(model::NotifyFifo const& fifo);

private:
    struct Fifo {
        model::NotifyFifo configured;
        loop::Fd fd;
        bool is_full = false;
    };
    std::vector<Fifo> fifos_;
};

}  // namespace drover::app
