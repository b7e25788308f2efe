# The Debian package; tools/make-deb makes it. What it needs besides is found in the program
# (dpkg-shlibdeps). tools/check-deb installs and starts it in a clean Debian.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME croquis)
set(CPACK_PACKAGE_CONTACT "Croquis maintainers <maintainers@croquis.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "recognition and automatic annotation of drawings")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  " A person draws in a web page, a model says what it shows, and both are stored.
 Annotators correct the tags, and what they correct teaches the next model.
 .
 The package has the server, its page, the model and a systemd service.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "passwd")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/debian/conffiles "/etc/croquis/croquis.toml\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${CMAKE_SOURCE_DIR}/deploy/debian/postinst ${CMAKE_SOURCE_DIR}/deploy/debian/prerm
  ${CMAKE_SOURCE_DIR}/deploy/debian/postrm ${CMAKE_CURRENT_BINARY_DIR}/debian/conffiles)

if(CROQUIS_DEB)
  install(FILES ${CMAKE_SOURCE_DIR}/deploy/debian/croquis.service DESTINATION lib/systemd/system)
  install(FILES ${CMAKE_SOURCE_DIR}/deploy/debian/croquis.toml DESTINATION /etc/croquis)
  install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/doc/croquis RENAME copyright)
  # The manual page says what --help says.
  install(CODE "
    set(page \"${CMAKE_CURRENT_BINARY_DIR}/debian/croquis.1\")
    execute_process(COMMAND help2man --no-info --section 1 --name \"recognise drawings, and learn from those who correct it\"
                            --output \"\${page}\" $<TARGET_FILE:croquis> COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND gzip -9nf \"\${page}\" COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL \"\${page}.gz\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/share/man/man1\")")
endif()

include(CPack)
