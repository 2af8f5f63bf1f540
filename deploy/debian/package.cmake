# `cpack` in the build folder makes a Debian package of what `cmake --install` puts below /usr.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME boxkited)
set(CPACK_PACKAGE_CONTACT "boxkited developers <developers@boxkited.example>")
set(CPACK_SET_DESTDIR ON)  # The units name the paths of the machine, not of where this is packed.
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"A model server, in whatever language, posts each prediction to this daemon
over loopback HTTP or a Unix socket. The daemon counts the values in the
histograms that training made, says where they drift from it, serves both to
Prometheus, and writes each prediction to a partitioned log.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Any of the two makes the user.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(SCRIPT conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/${SCRIPT})
endforeach()

# What a package has to have beside the program. An installation by hand has no use for it.
list(APPEND CPACK_INSTALL_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/documents.cmake)

include(CPack)
