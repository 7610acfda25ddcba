#include "fleet.h"

namespace leveredge {

std::span<const AgentPort> fleet() {
  static constexpr AgentPort kFleet[] = {
      {"atlas", 8007},   {"hades", 8008},    {"chronos", 8010},   {"hephaestus", 8011}, {"aegis", 8012},
      {"athena", 8013},  {"hermes", 8014},   {"aloy", 8015},      {"argus", 8016},      {"chiron", 8017},
      {"scholar", 8018}, {"sentinel", 8019}, {"event-bus", 8099}, {"cerberus", 8020},   {"port-manager", 8021},
      {"muse", 8030},    {"calliope", 8031}, {"thalia", 8032},    {"erato", 8033},      {"clio", 8034},
      {"aria", 8113},
  };
  return kFleet;
}

}  // namespace leveredge
