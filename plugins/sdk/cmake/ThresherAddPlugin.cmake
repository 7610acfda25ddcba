# thresher_add_plugin(NAME source...) makes NAME.so, a plugin for `thresher --plugin`: C11 or C++20, with nothing visible from
# outside but its entry point: hidden visibility alone leaves the standard library's inline variables, which the loader would
# share between plugins.
set(THRESHER_PLUGIN_MAP ${CMAKE_CURRENT_LIST_DIR}/plugin.map CACHE INTERNAL "the symbols a plugin exports")

function(thresher_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE thresher::sdk)
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)  # a project may know only one of the two
  if(C IN_LIST languages)
    target_compile_features(${name} PRIVATE c_std_11)
  endif()
  if(CXX IN_LIST languages)
    target_compile_features(${name} PRIVATE cxx_std_20)
  endif()
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON LINK_DEPENDS ${THRESHER_PLUGIN_MAP})
  target_link_options(${name} PRIVATE -Wl,--version-script=${THRESHER_PLUGIN_MAP})
endfunction()
