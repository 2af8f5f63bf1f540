# Part of `cmake --install`: puts the config, the systemd units and the user they name where a
# distribution has them. The units name absolute paths, which are those of the prefix that this
# installation is given and know nothing of DESTDIR. As GNUInstallDirs rules, the prefix /usr has
# its config in /etc.
foreach(DIR BINDIR SYSCONFDIR DOCDIR)
  set(CMAKE_INSTALL_FULL_${DIR} ${CMAKE_INSTALL_${DIR}})
  if(DIR STREQUAL SYSCONFDIR AND CMAKE_INSTALL_PREFIX MATCHES "^/usr/?$")
    set(BASE /)
  else()
    set(BASE ${CMAKE_INSTALL_PREFIX})
  endif()
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_FULL_${DIR} BASE_DIRECTORY ${BASE})
endforeach()

file(INSTALL ${PROJECT_SOURCE_DIR}/config/boxkited.json
             ${PROJECT_SOURCE_DIR}/config/boxkited.schema.json
     DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/boxkited)
# For each prefix one of its own: two installations at a time are none of each other's business.
string(MD5 PREFIX_ID ${CMAKE_INSTALL_PREFIX})
set(UNIT ${PROJECT_BINARY_DIR}/units/${PREFIX_ID}/boxkited.service)
configure_file(${PROJECT_SOURCE_DIR}/deploy/systemd/boxkited.service.in ${UNIT} @ONLY)
file(INSTALL ${UNIT}
             ${PROJECT_SOURCE_DIR}/deploy/systemd/boxkited.socket
     DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
file(INSTALL ${PROJECT_SOURCE_DIR}/deploy/systemd/sysusers.conf
     DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/sysusers.d RENAME boxkited.conf)
