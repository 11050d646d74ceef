#include "config/vocabulary_tables.h"

namespace drover::config {

namespace {

using enum Treatment;

Context list(std::string_view name) { return {name, true, {}}; }

Context const email_list = list("notification_email");
Context const address_list = list("virtual_ipaddress");
Context const excluded_list = list("virtual_ipaddress_excluded");
Context const route_list = list("virtual_routes");
Context const rule_list = list("virtual_rules");
Context const interface_list = list("track_interface");
Context const script_list = list("track_script");
Context const file_list = list("track_file");
Context const process_list = list("track_process");
Context const bfd_list = list("track_bfd");
Context const peer_list = list("unicast_peer");
Context const group_list = list("group");
Context const range_list = list("virtual_server_group");

Context const authentication{"authentication", false, {
    {"auth_type", 1, carried_out, nullptr, "", 1},
    {"auth_pass", 1, carried_out, nullptr, "", 1},
}};

Context const global_defs{"global_defs", false, {
    {"notification_email", 0, carried_out, &email_list},
    {"notification_email_from", 1}, {"smtp_server", 1}, {"smtp_connect_timeout", 1}, {"router_id", 1},
    {"script_user", 1}, {"enable_script_security"}, {"lvs_timeouts", 0},
    {"smtp_helo_name", 1, not_yet}, {"smtp_alert", 0, not_yet}, {"smtp_alert_vrrp", 0, not_yet},
    {"smtp_alert_checker", 0, not_yet}, {"no_email_faults", 0, not_yet}, {"no_checker_emails", 0, not_yet},
    {"vrrp_version", 1}, {"vrrp_strict", 0, not_yet}, {"vrrp_skip_check_adv_addr", 0},
    {"vrrp_garp_master_delay", 1}, {"vrrp_garp_master_repeat", 1}, {"vrrp_garp_master_refresh", 1},
    {"vrrp_garp_master_refresh_repeat", 1}, {"vrrp_garp_interval", 1, not_yet}, {"vrrp_gna_interval", 1, not_yet},
    {"vrrp_garp_lower_prio_delay", 1, not_yet}, {"vrrp_garp_lower_prio_repeat", 1, not_yet},
    {"vrrp_garp_extra_if", 1, not_yet}, {"vrrp_min_garp", 0, not_yet}, {"vrrp_mcast_group4", 1},
    {"vrrp_mcast_group6", 1, not_yet}, {"vrrp_check_unicast_src", 0, not_yet}, {"vrrp_lower_prio_no_advert", 0, not_yet},
    {"vrrp_higher_prio_send_advert", 0, not_yet}, {"vrrp_down_timer_adverts", 1, not_yet},
    {"vrrp_startup_delay", 1, not_yet}, {"log_unknown_vrids", 0, not_yet}, {"v3_checksum_as_v2", 0, not_yet},
    {"lvs_sync_daemon", 1, not_yet}, {"lvs_flush", 0, without_effect}, {"lvs_flush_on_stop", 0, without_effect},
    {"lvs_flush_onstop", 0, without_effect}, {"checker_log_all_failures", 0, not_yet}, {"rs_init_notifies", 0, not_yet},
    {"notify_fifo", 1, not_yet}, {"vrrp_notify_fifo", 1, not_yet}, {"lvs_notify_fifo", 1, not_yet},
    {"notify_fifo_script", 1, not_yet}, {"vrrp_notify_fifo_script", 1, not_yet}, {"lvs_notify_fifo_script", 1, not_yet},
    {"vrrp_notify_priority_changes", 0, not_yet}, {"dynamic_interfaces", 0, without_effect},
    {"default_interface", 1, not_yet}, {"disable_local_igmp", 0, without_effect}, {"vmac_prefix", 1, not_yet},
    {"vmac_addr_prefix", 1, not_yet}, {"nftables", 0, not_yet}, {"nftables_priority", 1, not_yet},
    {"nftables_counters", 0, not_yet}, {"nftables_ifindex", 0, not_yet}, {"vrrp_iptables", 0, not_yet},
    {"vrrp_ipsets", 0, not_yet}, {"use_symlink_paths", 0, without_effect}, {"umask", 1, without_effect},
    {"process_names", 0, without_effect}, {"vrrp_process_name", 1, without_effect},
    {"checker_process_name", 1, without_effect}, {"lvs_process_name", 1, without_effect},
    {"bfd_process_name", 1, without_effect}, {"max_auto_priority", 0, without_effect},
    {"min_auto_priority_delay", 1, without_effect}, {"vrrp_priority", 1, without_effect},
    {"checker_priority", 1, without_effect}, {"bfd_priority", 1, without_effect}, {"vrrp_no_swap", 0, without_effect},
    {"checker_no_swap", 0, without_effect}, {"bfd_no_swap", 0, without_effect}, {"vrrp_rt_priority", 1, without_effect},
    {"checker_rt_priority", 1, without_effect}, {"vrrp_cpu_affinity", 1, without_effect},
    {"checker_cpu_affinity", 1, without_effect}, {"vrrp_rlimit_rttime", 1, without_effect},
    {"checker_rlimit_rttime", 1, without_effect}, {"vrrp_rlimit_rtime", 1, without_effect},
    {"vrrp_rx_bufs_policy", 1, without_effect}, {"vrrp_rx_bufs_multiplier", 1, without_effect},
    {"vrrp_netlink_cmd_rcv_bufs", 1, without_effect}, {"vrrp_netlink_monitor_rcv_bufs", 1, without_effect},
    {"lvs_netlink_cmd_rcv_bufs", 1, without_effect}, {"lvs_netlink_monitor_rcv_bufs", 1, without_effect},
    {"process_monitor_rcv_bufs", 1, without_effect}, {"process_monitor_rcv_bufs_force", 0, without_effect},
    {"startup_script", 1, not_yet}, {"shutdown_script", 1, not_yet}, {"startup_script_timeout", 1, not_yet},
    {"shutdown_script_timeout", 1, not_yet}, {"random_seed", 1, without_effect},
    {"reload_check_config", 0, without_effect}, {"reload_time_file", 1, not_yet}, {"reload_repeat", 0, not_yet},
    {"reload_file", 0, not_yet}, {"include_check", 0, not_yet}, {"config_save_dir", 1, without_effect},
    {"tmp_config_directory", 1, without_effect}, {"enable_snmp_vrrp", 0, not_yet}, {"enable_snmp_checker", 0, not_yet},
    {"enable_snmp_rfc", 0, not_yet}, {"enable_snmp_rfcv2", 0, not_yet}, {"enable_snmp_rfcv3", 0, not_yet},
    {"enable_snmp_keepalived", 0, not_yet}, {"enable_traps", 0, not_yet}, {"snmp_socket", 1, not_yet},
    {"enable_dbus", 0, not_yet}, {"dbus_service_name", 1, not_yet}, {"data_use_instance", 0, without_effect},
    {"json_version", 1, not_yet}, {"lvs_id", 1, removed, nullptr, "use router_id"},
}};

Context const vrrp_instance{"vrrp_instance", false, {
    {"state", 1, carried_out, nullptr, "", 1}, {"interface", 1, carried_out, nullptr, "", 1},
    {"virtual_router_id", 1, carried_out, nullptr, "", 1}, {"priority", 1, carried_out, nullptr, "", 1},
    {"advert_int", 1, carried_out, nullptr, "", 1}, {"authentication", 0, carried_out, &authentication},
    {"virtual_ipaddress", 0, carried_out, &address_list}, {"virtual_ipaddress_excluded", 0, carried_out, &excluded_list},
    {"virtual_routes", 0, carried_out, &route_list}, {"virtual_rules", 0, not_yet, &rule_list},
    {"track_interface", 0, carried_out, &interface_list}, {"track_script", 0, not_yet, &script_list},
    {"track_file", 0, not_yet, &file_list}, {"track_process", 0, not_yet, &process_list},
    {"track_bfd", 0, not_yet, &bfd_list}, {"nopreempt", 0, carried_out, nullptr, "", 0},
    {"preempt", 0, carried_out, nullptr, "", 0}, {"preempt_delay", 1}, {"mcast_src_ip", 1},
    {"mcast_dst_ip", 1, not_yet}, {"unicast_src_ip", 1, not_yet}, {"unicast_peer", 0, not_yet, &peer_list},
    {"unicast_ttl", 1, not_yet}, {"check_unicast_src", 0, not_yet}, {"track_src_ip", 0, not_yet}, {"version", 1},
    {"native_ipv6", 0, not_yet}, {"accept", 0, without_effect}, {"no_accept", 0, not_yet}, {"strict_mode", 0, not_yet},
    {"skip_check_adv_addr", 0}, {"garp_master_delay", 1}, {"garp_master_repeat", 1}, {"garp_master_refresh", 1},
    {"garp_master_refresh_repeat", 1}, {"garp_lower_prio_delay", 1, not_yet}, {"garp_lower_prio_repeat", 1, not_yet},
    {"garp_extra_if", 1, not_yet}, {"lower_prio_no_advert", 0, not_yet}, {"higher_prio_send_advert", 0, not_yet},
    {"down_timer_adverts", 1, not_yet}, {"kernel_rx_buf_size", 1, without_effect}, {"use_vmac", 0, not_yet},
    {"use_vmac_addr", 0, not_yet}, {"vmac_xmit_base", 0, not_yet}, {"use_ipvlan", 0, not_yet}, {"vrf", 1, not_yet},
    {"dont_track_primary", 0}, {"linkbeat_use_polling", 0, without_effect}, {"old_unicast_checksum", 0, not_yet},
    {"debug", 0, without_effect}, {"notify_master", 1}, {"notify_backup", 1}, {"notify_fault", 1}, {"notify_stop", 1},
    {"notify", 1}, {"notify_deleted", 0, not_yet}, {"notify_master_rx_lower_pri", 1, not_yet},
    {"notify_priority_changes", 0, not_yet}, {"smtp_alert", 0, not_yet}, {"promote_secondaries", 0, not_yet},
    {"lvs_sync_daemon_interface", 1, renamed, nullptr, "lvs_sync_daemon in global_defs (connection sync is not carried out yet)"},
}};

Context const vrrp_sync_group{"vrrp_sync_group", false, {
    {"group", 0, not_yet, &group_list}, {"track_interface", 0, not_yet, &interface_list},
    {"track_script", 0, not_yet, &script_list}, {"track_file", 0, not_yet, &file_list},
    {"track_process", 0, not_yet, &process_list}, {"track_bfd", 0, not_yet, &bfd_list}, {"notify_master", 1, not_yet},
    {"notify_backup", 1, not_yet}, {"notify_fault", 1, not_yet}, {"notify_stop", 1, not_yet}, {"notify", 1, not_yet},
    {"smtp_alert", 0, not_yet}, {"global_tracking", 0, not_yet}, {"sync_group_tracking_weight", 0, not_yet},
    {"notify_priority_changes", 0, not_yet},
}};

Context const vrrp_script{"vrrp_script", false, {
    {"script", 1, without_effect}, {"interval", 1, without_effect}, {"timeout", 1, without_effect},
    {"weight", 1, without_effect}, {"rise", 1, without_effect}, {"fall", 1, without_effect}, {"user", 1, without_effect},
    {"init_fail", 0, without_effect},
}};

Context const track_file_block{"track_file", false, {
    {"file", 1, without_effect}, {"weight", 1, without_effect}, {"init_file", 0, without_effect},
}};

Context const track_process_block{"vrrp_track_process", false, {
    {"process", 1, without_effect}, {"param_match", 1, without_effect}, {"weight", 1, without_effect},
    {"quorum", 1, without_effect}, {"quorum_max", 1, without_effect}, {"delay", 1, without_effect},
    {"fork_delay", 1, without_effect}, {"terminate_delay", 1, without_effect}, {"full_command", 0, without_effect},
}};

#define CHECK_WORDS                                                                                                      \
    {"connect_ip", 1}, {"connect_port", 1}, {"bindto", 1}, {"bind_if", 1}, {"bind_port", 1}, {"fwmark", 1},              \
        {"connect_timeout", 1}, {"retry", 1}, {"delay_before_retry", 1}, {"warmup", 1}, {"delay_loop", 1}, {"alpha"},    \
        {"log_all_failures"}

Context const url{"url", false, {
    {"path", 1, carried_out, nullptr, "", 1}, {"digest", 1}, {"status_code", 1}, {"virtualhost", 1},
    {"regex", 1, not_yet}, {"regex_no_match", 1, not_yet}, {"regex_options", 1, not_yet}, {"regex_stack", 1, not_yet},
    {"regex_min_offset", 1, not_yet}, {"regex_max_offset", 1, not_yet}, {"tls_compliant", 0, not_yet},
}};

Context const tcp_check{"TCP_CHECK", false, {CHECK_WORDS}};

Context const http_get{"HTTP_GET", false, {
    CHECK_WORDS, {"url", 0, carried_out, &url}, {"virtualhost", 1}, {"http_protocol", 1},
    {"fast_recovery", 0, not_yet}, {"enable_sni", 0, not_yet}, {"sni_name", 1, not_yet}, {"tls_compliant", 0, not_yet},
    {"nb_get_retry", 1, renamed, nullptr, "retry"},
}};

Context const misc_check{"MISC_CHECK", false, {
    CHECK_WORDS, {"misc_path", 1}, {"misc_timeout", 1}, {"misc_dynamic"}, {"user", 1},
}};

Context const smtp_host{"host", false, {{"connect_ip", 1}, {"connect_port", 1}, {"bindto", 1}, {"bind_port", 1}, {"fwmark", 1}}};
Context const smtp_check{"SMTP_CHECK", false, {CHECK_WORDS, {"helo_name", 1}, {"host", 0, carried_out, &smtp_host}}};
Context const dns_check{"DNS_CHECK", false, {CHECK_WORDS, {"type", 1}, {"name", 1}}};
Context const udp_check{"UDP_CHECK", false, {
    CHECK_WORDS, {"payload", 1}, {"require_reply"}, {"min_reply_length", 1}, {"max_reply_length", 1},
}};
Context const ping_check{"PING_CHECK", false, {CHECK_WORDS}};
Context const bfd_check{"BFD_CHECK", false, {{"name", 1}, {"alpha"}}};
Context const file_check{"FILE_CHECK", false, {{"track_file", 1}, {"weight", 1}, {"dynamic"}}};

#define SERVER_DEFAULT_WORDS                                                                                            \
    {"delay_loop", 1}, {"delay_before_retry", 1}, {"retry", 1}, {"connect_timeout", 1}, {"warmup", 1},                  \
        {"inhibit_on_failure"}, {"weight", 1, carried_out, nullptr, "", 1}, {"virtualhost", 1}, {"alpha"},              \
        {"smtp_alert", 0, not_yet}, {"snmp_name", 1, not_yet}

Context const real_server{"real_server", false, {
    SERVER_DEFAULT_WORDS, {"notify_up", 1}, {"notify_down", 1}, {"lvs_method", 1, not_yet}, {"lb_kind", 1, not_yet},
    {"uthreshold", 1, not_yet}, {"lthreshold", 1, not_yet}, {"TCP_CHECK", 0, carried_out, &tcp_check},
    {"HTTP_GET", 0, carried_out, &http_get}, {"SSL_GET", 0, not_yet, &http_get}, {"MISC_CHECK", 0, not_yet, &misc_check},
    {"SMTP_CHECK", 0, not_yet, &smtp_check}, {"DNS_CHECK", 0, not_yet, &dns_check}, {"UDP_CHECK", 0, not_yet, &udp_check},
    {"PING_CHECK", 0, not_yet, &ping_check}, {"BFD_CHECK", 0, not_yet, &bfd_check}, {"FILE_CHECK", 0, not_yet, &file_check},
}};

Context const virtual_server{"virtual_server", false, {
    SERVER_DEFAULT_WORDS, {"lb_algo", 1, carried_out, nullptr, "", 1}, {"lvs_sched", 1, carried_out, nullptr, "", 1},
    {"lb_kind", 1}, {"lvs_method", 1}, {"protocol", 1, carried_out, nullptr, "", 1}, {"persistence_timeout", 0},
    {"persistence_granularity", 1}, {"persistence_engine", 1, not_yet}, {"real_server", 1, carried_out, &real_server},
    {"sorry_server", 1, not_yet}, {"sorry_server_inhibit", 0, not_yet}, {"sorry_server_lvs_method", 1, not_yet},
    {"quorum", 1, not_yet}, {"hysteresis", 1, not_yet}, {"quorum_up", 1, not_yet}, {"quorum_down", 1, not_yet},
    {"omega", 0, not_yet}, {"ha_suspend", 0, not_yet}, {"ops", 0, not_yet}, {"hashed", 0, without_effect},
    {"flag-1", 0, not_yet}, {"flag-2", 0, not_yet}, {"flag-3", 0, not_yet}, {"sh-port", 0, not_yet},
    {"sh-fallback", 0, not_yet}, {"mh-port", 0, not_yet}, {"mh-fallback", 0, not_yet}, {"ip_family", 1, not_yet},
    {"nat_mask", 0, removed, nullptr, "keepalived dropped it in 1.3, and direct routing never had a use for it"},
}};

Context const bfd_instance{"bfd_instance", true, {}};
Context const garp_group{"garp_group", true, {}};
Context const track_group{"track_group", true, {}};
Context const ssl{"SSL", true, {}};

Context const root{"", false, {
    {"global_defs", 0, carried_out, &global_defs}, {"vrrp_instance", 1, carried_out, &vrrp_instance},
    {"virtual_server", 1, carried_out, &virtual_server}, {"vrrp_sync_group", 1, not_yet, &vrrp_sync_group},
    {"vrrp_script", 1, not_yet, &vrrp_script}, {"virtual_server_group", 1, not_yet, &range_list},
    {"track_file", 1, not_yet, &track_file_block}, {"vrrp_track_file", 1, not_yet, &track_file_block},
    {"vrrp_track_process", 1, not_yet, &track_process_block}, {"static_ipaddress", 0, not_yet, &address_list},
    {"static_routes", 0, not_yet, &route_list}, {"static_rules", 0, not_yet, &rule_list},
    {"bfd_instance", 1, not_yet, &bfd_instance}, {"garp_group", 0, not_yet, &garp_group},
    {"track_group", 1, not_yet, &track_group}, {"SSL", 0, not_yet, &ssl}, {"net_namespace", 1, not_yet},
    {"net_namespace_ipvs", 1, not_yet}, {"namespace_with_ipsets", 0, without_effect}, {"instance", 1, not_yet},
    {"use_pid_dir", 0, without_effect}, {"child_wait_time", 1, without_effect},
    {"linkbeat_use_polling", 0, without_effect}, {"linkbeat_interfaces", 0, without_effect, &interface_list},
    {"interface_up_down_delays", 0, not_yet, &interface_list},
}};

}  // namespace

Context const& root_table() { return root; }

}  // namespace drover::config
