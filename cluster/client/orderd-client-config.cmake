# find_package(orderd-client) gives the target orderd::client. CAF is found in CMAKE_PREFIX_PATH.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Protobuf)
find_dependency(OpenSSL)
find_dependency(spdlog)
find_dependency(prometheus-cpp)
find_dependency(CAF 0.18.7 EXACT COMPONENTS core io)
include(${CMAKE_CURRENT_LIST_DIR}/orderd-client-targets.cmake)
