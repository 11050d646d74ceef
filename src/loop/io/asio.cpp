// The one place where Asio's own code is compiled (BOOST_ASIO_SEPARATE_COMPILATION keeps it out of every other file).
#include <boost/asio/impl/src.hpp>
