// The words of global_defs.
#include "config/vocabulary.h"

namespace drover::config {

namespace {

constexpr std::string_view snmp = "there is no SNMP agent yet";
constexpr std::string_view scripts = "scripts of notify_* and notify are run, nothing else yet";

constexpr Context notification_email_context{"notification_email", {}, true};

constexpr std::array read_words{
    word("router_id"),
    word("script_user", 1, 2),
    word("enable_script_security", 0),
    word("lvs_timeouts", 1, any_number),
    word("lvs_sync_daemon", 1, any_number),
    word("vrrp_version"),
    word("vrrp_strict", 0, 0),
    word("vrrp_skip_check_adv_addr", 0, 1),
    word("vrrp_garp_master_delay"),
    word("vrrp_garp_master_repeat"),
    word("vrrp_garp_master_refresh"),
    word("vrrp_garp_master_refresh_repeat"),
    word("vrrp_mcast_group4"),
    word("vrrp_mcast_group6"),
    word("vmac_prefix"),
    word("vrrp_garp_interval"),
    word("vrrp_gna_interval"),
    word("vrrp_garp_lower_prio_delay"),
    word("vrrp_garp_lower_prio_repeat"),
    word("vrrp_min_garp", 0, 1),
    word("vrrp_check_unicast_src", 0, 1),
    word("vrrp_lower_prio_no_advert", 0, 1),
    word("vrrp_higher_prio_send_advert", 0, 1),
    word("vrrp_down_timer_adverts"),
    word("vrrp_owner_ignore_adverts", 0, 1),
    word("v3_checksum_as_v2", 0, 1),
    word("default_interface"),
    word("vrrp_garp_extra_if", 1, 2),
    word("vrrp_startup_delay"),
    word("vrrp_delay_after_boot"),
    word("notify_fifo", 1, 3),
    word("vrrp_notify_fifo", 1, 3),
    word("lvs_notify_fifo", 1, 3),
    word("notify_fifo_script", 1, any_number),
    word("vrrp_notify_fifo_script", 1, any_number),
    word("lvs_notify_fifo_script", 1, any_number),
    word("vrrp_notify_priority_changes", 0, 1),
    word("fifo_write_vrrp_states_on_reload", 0),
};

// docs/drover.conf.md
constexpr std::array own_words{
    own("expire_nodest_conn", 0, 1), own("expire_quiescent_template", 0, 1),
    own("sloppy_tcp", 0, 1),         own("sloppy_sctp", 0, 1),
    own("drop_entry", 1, 1),         own("conn_max", 1, 1),
    own("flood_rate", 1, 1),         own("dataplane", 1, 1),
    own("sync_threshold", 1, 2),     own("sync_refresh_period", 1, 1),
    each(own("sync_peer", 1, any_number)),  own("sync_key", 1, 1),
    own("sync_port", 1, 1),          own("sync_patience", 1, 1),
};

constexpr std::array mail_words{
    Keyword{"notification_email", Treatment::carried_out, 0, 0, &notification_email_context},
    word("notification_email_from"),
    word("smtp_server", 1, 2),
    word("smtp_connect_timeout"),
    word("smtp_helo_name"),
    word("smtp_alert", 0, 1),
    word("smtp_alert_vrrp", 0, 1),
    word("smtp_alert_checker", 0, 1),
    word("no_email_faults", 0),
    word("no_checker_emails", 0),
};

constexpr std::array vrrp_words{
    later("vmac_addr_prefix", 1),
    silent("log_unknown_vrids"),
    silent("disable_local_igmp"),
    silent("dynamic_interfaces"),
    silent("vrrp_iptables"),
    silent("vrrp_ipsets"),
    silent("nftables"),
    silent("nftables_priority", 1),
    silent("nftables_counters"),
    silent("nftables_ifindex"),
    silent("nftables_ipvs"),
    silent("nftables_ipvs_priority", 1),
    silent("nftables_ipvs_start_fwmark", 1),
    silent("vrrp_ipset_type"),
};

constexpr std::array lvs_words{
    silent("lvs_flush"),
    silent("lvs_flush_onstop"),
    silent("lvs_flush_on_stop"),
    later("checker_log_all_failures"),
    later("rs_init_notifies"),
};

constexpr std::array event_words{
    later("startup_script", 1, scripts, "startup_script"),
    later("startup_script_timeout", 1, scripts, "startup_script"),
    later("shutdown_script", 1, scripts, "startup_script"),
    later("shutdown_script_timeout", 1, scripts, "startup_script"),
    later("enable_snmp_vrrp", 0, snmp, "snmp"),
    later("enable_snmp_checker", 0, snmp, "snmp"),
    later("enable_snmp_rfc", 0, snmp, "snmp"),
    later("enable_snmp_rfcv2", 0, snmp, "snmp"),
    later("enable_snmp_rfcv3", 0, snmp, "snmp"),
    later("enable_snmp_keepalived", 0, snmp, "snmp"),
    later("enable_traps", 0, snmp, "snmp"),
    later("snmp_socket", 1, snmp, "snmp"),
    later("snmp_vs_stats_update_interval", 1, snmp, "snmp"),
    later("snmp_rs_stats_update_interval", 1, snmp, "snmp"),
    later("enable_dbus", 0, "there is no D-Bus interface yet", "dbus"),
    later("dbus_service_name", 1, "there is no D-Bus interface yet", "dbus"),
    later("dbus_no_interface_name", 0, "there is no D-Bus interface yet", "dbus"),
    word("json_version"),
    word("state_dump_file"),
    word("stats_dump_file"),
    word("json_dump_file"),
};

constexpr std::array reload_words{
    later("reload_time_file", 1),
    later("reload_repeat"),
    later("reload_file"),
    later("include_check"),
    silent("reload_check_config"),
    silent("config_save_dir", 1),
    silent("tmp_config_directory", 1),
};

// How keepalived's three processes are scheduled and named: drover has its own ways (docs/decisions).
constexpr std::array process_words{
    silent("vrrp_priority", 1),
    silent("checker_priority", 1),
    silent("bfd_priority", 1),
    silent("vrrp_no_swap"),
    silent("checker_no_swap"),
    silent("bfd_no_swap"),
    silent("vrrp_rt_priority", 1),
    silent("checker_rt_priority", 1),
    silent("bfd_rt_priority", 1),
    silent("vrrp_cpu_affinity", 1),
    silent("checker_cpu_affinity", 1),
    silent("bfd_cpu_affinity", 1),
    silent("vrrp_rlimit_rttime", 1),
    silent("checker_rlimit_rttime", 1),
    silent("bfd_rlimit_rttime", 1),
    silent("vrrp_rlimit_rtime", 1),
    silent("checker_rlimit_rtime", 1),
    silent("bfd_rlimit_rtime", 1),
    silent("max_auto_priority"),
    silent("min_auto_priority_delay", 1),
    silent("vrrp_rx_bufs_policy", 1),
    silent("vrrp_rx_bufs_multiplier", 1),
    silent("vrrp_netlink_cmd_rcv_bufs", 1),
    silent("vrrp_netlink_cmd_rcv_bufs_force"),
    silent("vrrp_netlink_monitor_rcv_bufs", 1),
    silent("vrrp_netlink_monitor_rcv_bufs_force"),
    silent("lvs_netlink_cmd_rcv_bufs", 1),
    silent("lvs_netlink_cmd_rcv_bufs_force"),
    silent("lvs_netlink_monitor_rcv_bufs", 1),
    silent("lvs_netlink_monitor_rcv_bufs_force"),
    silent("process_monitor_rcv_bufs", 1),
    silent("process_monitor_rcv_bufs_force"),
    silent("process_names"),
    silent("process_name", 1),
    silent("vrrp_process_name", 1),
    silent("checker_process_name", 1),
    silent("lvs_process_name", 1),
    silent("bfd_process_name", 1),
    silent("umask", 1),
    silent("random_seed", 1),
    silent("use_symlink_paths"),
    silent("set_supplementary_groups"),
    silent("data_use_instance"),
    silent("iproute_usr_dir", 1),
    silent("iproute_etc_dir", 1),
    silent("linkbeat_use_polling"),
};

constexpr std::array old_words{
    old_name("vrrp_vmac_garp_intvl", "`vrrp_garp_extra_if`"),
    gone("lvs_id", "today it is `router_id`"),
    gone("garp_master_delay", "here it is `vrrp_garp_master_delay`"),
    gone("garp_master_repeat", "here it is `vrrp_garp_master_repeat`"),
    gone("garp_master_refresh", "here it is `vrrp_garp_master_refresh`"),
    gone("garp_master_refresh_repeat", "here it is `vrrp_garp_master_refresh_repeat`"),
};

constexpr auto table = keyword_table(read_words, own_words, mail_words, vrrp_words, lvs_words, event_words,
                                     reload_words, process_words, old_words);

}  // namespace

constinit Context const global_defs_context{"global_defs", table};

}  // namespace drover::config
