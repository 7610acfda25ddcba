#include "catalogue.h"

#include <algorithm>

namespace farm {
namespace {

constexpr std::array<AgentTraits, 6> kAgentTraits = {{
    {{"task_decomposition", "delegation", "priority_ranking", "dependency_analysis", "resource_estimation"},
     {"Strategist", "Orchestrator", "Mastermind", "Director", "Coordinator"}},
    {{"task_execution", "tool_invocation", "result_formatting", "error_recovery", "progress_reporting"},
     {"Executor", "Handler", "Processor", "Runner", "Doer"}},
    {{"domain_expertise", "deep_analysis", "recommendation", "validation", "optimization"},
     {"Expert", "Analyst", "Consultant", "Advisor", "Guru"}},
    {{"quality_check", "compliance_verify", "diff_analysis", "feedback_generation", "approval_recommendation"},
     {"Auditor", "Checker", "Inspector", "Validator", "Examiner"}},
    {{"policy_enforcement", "risk_assessment", "final_decision", "escalation", "audit_trail"},
     {"Gatekeeper", "Authorizer", "Decider", "Governor", "Controller"}},
    {{"conflict_resolution", "load_balancing", "state_management", "checkpoint_control", "rollback"},
     {"Mediator", "Balancer", "Harmonizer", "Synchronizer", "Manager"}},
}};

constexpr std::array<ReliabilityTraits, 4> kReliabilityTraits = {{
    {0.999, 50, 10, 0.001, 0.0001, 0.99},
    {0.95, 200, 50, 0.02, 0.005, 0.90},
    {0.80, 500, 300, 0.10, 0.02, 0.70},
    {0.60, 2000, 1500, 0.25, 0.05, 0.50},
}};

constexpr std::array<CostTraits, 5> kCostTraits = {{
    {0.0, 0.0, -1},
    {0.0001, 0.000001, 10.0},
    {0.001, 0.00001, 100.0},
    {0.01, 0.0001, 1000.0},
    {0.05, 0.0005, -1},
}};

constexpr std::array<std::string_view, 5> kApprovals = {"payments", "data_delete", "external_api", "code_execute",
                                                        "file_write"};
constexpr std::array<std::string_view, 1> kEverything = {"*"};
constexpr std::array<std::string_view, 3> kData = {"public", "internal", "confidential"};
const std::array<PolicyTraits, 4> kPolicyTraits = {{
    {{}, 10000.0, 100, 1000, 1000000, 10, kData, true, true, false},
    {Names(kApprovals).first(3), 1000.0, 10, 100, 100000, 3, Names(kData).first(2), true, true, false},
    {kApprovals, 100.0, 3, 20, 20000, 1, Names(kData).first(1), false, false, false},
    {kEverything, 0.0, 5, 50, 50000, 1, Names(kData).first(2), true, true, true},
}};

constexpr std::array<std::string_view, 2> kComputeTools = {"code_execute", "data_transform"};
constexpr std::array<std::string_view, 3> kReadTools = {"file_read", "database_query", "api_fetch"};
constexpr std::array<std::string_view, 2> kWriteTools = {"file_write", "database_write"};
constexpr std::array<std::string_view, 2> kCallTools = {"api_fetch", "external_api"};
constexpr std::array<std::string_view, 2> kDecisionTools = {"llm_call", "classifier"};
constexpr std::array<std::string_view, 2> kAggregationTools = {"data_transform", "summarizer"};
constexpr std::array<std::string_view, 3> kNotificationTools = {"email", "slack", "sms"};
const std::array<TaskTraits, 9> kTaskTraits = {{
    {kComputeTools, 500, 1000, "medium", true, true},
    {kReadTools, 200, 500, "low", true, true},
    {kWriteTools, 300, 500, "low", true, false},
    {kCallTools, 1000, 200, "low", true, false},
    {kDecisionTools, 800, 2000, "medium", true, true},
    {{}, 60000, 100, "low", false, false},
    {kAggregationTools, 400, 1500, "high", true, false},
    {kNotificationTools, 100, 200, "low", true, false},
    {{}, 50, 0, "low", false, false},
}};

constexpr std::array kCallReadWrite = {TaskType::api_call, TaskType::io_read, TaskType::io_write};
constexpr std::array kComputeCall = {TaskType::compute, TaskType::api_call};
constexpr std::array kDecisionCompute = {TaskType::decision, TaskType::compute};
constexpr std::array kWriteCall = {TaskType::io_write, TaskType::api_call};
constexpr std::array kCheckpoint = {TaskType::checkpoint};
constexpr std::array kAggregationDecision = {TaskType::aggregation, TaskType::decision};
constexpr std::array kCall = {TaskType::api_call};
constexpr std::array kReadCompute = {TaskType::io_read, TaskType::compute};
constexpr std::array kCallNotification = {TaskType::api_call, TaskType::notification};

}  // namespace

const std::array<ChaosTraits, 9> kChaos = {{
    {"tool_timeout", "Tool invocation times out", "retry", Recovery::retried, kCallReadWrite, R"({"max_retries":3})"},
    {"tool_failure", "Tool returns error", "compensate_or_fail", Recovery::fatal, kComputeCall, "{}"},
    {"agent_conflict", "Multiple agents produce conflicting outputs", "adjudicate", Recovery::in_place,
     kDecisionCompute, R"({"adjudication_method":"vote_or_escalate"})"},
    {"policy_violation", "Action blocked by policy engine", "escalate_for_approval", Recovery::in_place, kWriteCall,
     "{}"},
    {"checkpoint_crash", "Process crashes after checkpoint", "replay_from_checkpoint", Recovery::in_place, kCheckpoint,
     "{}"},
    {"memory_pressure", "Context window exceeded", "summarize_and_continue", Recovery::in_place, kAggregationDecision,
     "{}"},
    {"rate_limit", "Rate limit hit on tool/API", "backoff_and_retry", Recovery::retried, kCall,
     R"({"backoff_ms":[1000,2000,4000,8000]})"},
    {"data_corruption", "Input data is malformed or inconsistent", "validate_and_repair", Recovery::in_place,
     kReadCompute, "{}"},
    {"network_partition", "Network connectivity lost temporarily", "queue_and_retry", Recovery::retried,
     kCallNotification, "{}"},
}};

const std::array<std::array<std::string_view, kToolsPerCategory>, 8> kTools = {{
    {"email", "slack", "teams", "sms", "calendar"},
    {"database_query", "file_read", "file_write", "api_fetch", "data_transform"},
    {"code_execute", "code_review", "test_runner", "linter", "deployer"},
    {"jira", "salesforce", "hubspot", "stripe", "quickbooks"},
    {"llm_call", "embedding", "classifier", "summarizer", "translator"},
    {"cloud_provision", "container_deploy", "dns_update", "ssl_cert", "monitoring"},
    {"secret_fetch", "audit_log", "access_check", "encryption", "vulnerability_scan"},
    {"web_scrape", "form_fill", "screenshot", "click_action", "keyboard_input"},
}};

const std::array<std::string_view, 15> kDomains = {"finance",    "legal",     "hr",      "engineering", "security",
                                                   "compliance", "marketing", "sales",   "support",     "data_science",
                                                   "devops",     "qa",        "product", "design",      "operations"};
const std::array<std::string_view, 5> kOwners = {"platform", "product", "infra", "security", "data"};
const std::array<std::string_view, 3> kEnvironments = {"dev", "staging", "prod"};
const std::array<std::string_view, 4> kPersistences = {"session", "user", "org", "global"};

const AgentTraits& traits(AgentType type) { return kAgentTraits[static_cast<std::size_t>(type)]; }
const ReliabilityTraits& traits(Reliability value) { return kReliabilityTraits[static_cast<std::size_t>(value)]; }
const CostTraits& traits(Cost cost) { return kCostTraits[static_cast<std::size_t>(cost)]; }
const PolicyTraits& traits(Policy policy) { return kPolicyTraits[static_cast<std::size_t>(policy)]; }
const TaskTraits& traits(TaskType type) { return kTaskTraits[static_cast<std::size_t>(type)]; }
const ChaosTraits& traits(ChaosType type) { return kChaos[static_cast<std::size_t>(type)]; }

bool affects(ChaosType chaos, TaskType task) {
  const auto& affected = traits(chaos).affects;
  return std::find(affected.begin(), affected.end(), task) != affected.end();
}

AgentType agent_for(TaskType task) {
  return task == TaskType::decision || task == TaskType::aggregation ? AgentType::planner : AgentType::worker;
}

}  // namespace farm
