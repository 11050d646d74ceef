# What `cmake --install` puts where. Include it after all folders: it needs the target drover.
#
#   bin/drover                       the program
#   libexec/drover/{ipvsadm,lvs-dr}  links to it, by whose name it is that program; in a folder of their own because
#                                    Debian's ipvsadm owns /sbin/ipvsadm. Use: PATH=<prefix>/libexec/drover:$PATH, or
#                                    link /etc/init.d/lvs-dr to the one in it.
#   lib/systemd/system               drover.service, drover-cleanup.service, drover-real.service
#   lib/sysusers.d/drover.conf       the group drover
#   share/doc/drover                 README.md, LICENSE, docs/, examples/real.conf
#
# Nothing goes into /etc. Paths inside the units are those of the configured prefix (-DCMAKE_INSTALL_PREFIX=/usr);
# systemd reads both /usr/lib and /usr/local/lib.
include(GNUInstallDirs)

install(TARGETS drover RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

set(links ${CMAKE_INSTALL_LIBEXECDIR}/drover)
file(RELATIVE_PATH program ${CMAKE_INSTALL_PREFIX}/${links} ${CMAKE_INSTALL_FULL_BINDIR}/drover)
set(staged ${CMAKE_BINARY_DIR}/dist)
file(MAKE_DIRECTORY ${staged})
foreach(name ipvsadm lvs-dr)
  file(CREATE_LINK ${program} ${staged}/${name} SYMBOLIC)
  install(FILES ${staged}/${name} DESTINATION ${links})
endforeach()

foreach(unit drover drover-cleanup drover-real)
  configure_file(${CMAKE_SOURCE_DIR}/dist/${unit}.service.in ${staged}/${unit}.service @ONLY)
  install(FILES ${staged}/${unit}.service DESTINATION lib/systemd/system)
endforeach()
install(FILES ${CMAKE_SOURCE_DIR}/dist/drover.sysusers DESTINATION lib/sysusers.d RENAME drover.conf)

install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/dist/real.conf DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
