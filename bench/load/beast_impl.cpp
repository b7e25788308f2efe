// Beast, compiled once for the generator.
#include <boost/beast/src.hpp>
