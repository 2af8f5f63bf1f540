# Part of `cmake --install`: puts the config and the systemd unit where a distribution has them.
# The unit names absolute paths, which are those of the prefix that this installation is given
# and know nothing of DESTDIR. As GNUInstallDirs rules, the prefix /usr has its config in /etc.
set(CMAKE_INSTALL_FULL_BINDIR ${CMAKE_INSTALL_BINDIR})
set(CMAKE_INSTALL_FULL_SYSCONFDIR ${CMAKE_INSTALL_SYSCONFDIR})
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_FULL_BINDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX})
if(CMAKE_INSTALL_PREFIX MATCHES "^/usr/?$")
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_FULL_SYSCONFDIR BASE_DIRECTORY /)
else()
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_FULL_SYSCONFDIR BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX})
endif()

file(INSTALL ${PROJECT_SOURCE_DIR}/config/boxkited.json
             ${PROJECT_SOURCE_DIR}/config/boxkited.schema.json
     DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/boxkited)
configure_file(${PROJECT_SOURCE_DIR}/deploy/systemd/boxkited.service.in
               ${PROJECT_BINARY_DIR}/boxkited.service @ONLY)
file(INSTALL ${PROJECT_BINARY_DIR}/boxkited.service
     DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
