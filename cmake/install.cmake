# `cmake --install build --prefix P`: the programs, and the engine's core as a library for find_package(nascent).
include(CMakePackageConfigHelpers)

# The rooms that know no model and no data. `nascent::nascent` is all of them.
set(NASCENT_CORE core space architecture surrogate trial strategy estimation store execution search)

foreach(room ${NASCENT_CORE})
  set_target_properties(nascent_${room} PROPERTIES EXPORT_NAME ${room})
  list(APPEND core_targets nascent_${room})
  set(headers ${PROJECT_SOURCE_DIR}/include/nascent/${room})
  if(EXISTS ${headers})  # a room may have private ones only
    install(DIRECTORY ${headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/nascent)
  endif()
endforeach()
add_library(nascent_engine INTERFACE)
target_link_libraries(nascent_engine INTERFACE ${core_targets})
set_target_properties(nascent_engine PROPERTIES EXPORT_NAME nascent)
set_target_properties(nascent_compiler PROPERTIES EXPORT_NAME compiler)
install(TARGETS nascent_engine nascent_compiler ${core_targets} EXPORT nascent_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/nascent)
install(EXPORT nascent_targets NAMESPACE nascent:: FILE nascentTargets.cmake DESTINATION ${package})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/nascentConfig.cmake.in
  ${PROJECT_BINARY_DIR}/nascentConfig.cmake INSTALL_DESTINATION ${package})
# Until version 1 every minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/nascentConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/nascentConfig.cmake ${PROJECT_BINARY_DIR}/nascentConfigVersion.cmake
  DESTINATION ${package})

install(TARGETS nascent nascent-worker RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
