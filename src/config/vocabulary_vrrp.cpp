// The words of vrrp_instance, vrrp_sync_group and of what they refer to.
#include "config/vocabulary.h"

namespace drover::config {

namespace {

constexpr std::string_view bfd = "there is no BFD: the priority does not depend on it, and it never makes a fault";

consteval Context list(std::string_view name) { return {name, {}, true}; }

constexpr Context address_list = list("virtual_ipaddress");
constexpr Context excluded_list = list("virtual_ipaddress_excluded");
constexpr Context route_list = list("virtual_routes");
constexpr Context rule_list = list("virtual_rules");
constexpr Context interface_list = list("track_interface");
constexpr Context script_list = list("track_script");
constexpr Context file_list = list("track_file");
constexpr Context process_list = list("track_process");
constexpr Context bfd_list = list("track_bfd");
constexpr Context peer_list = list("unicast_peer");
constexpr Context group_list = list("group");

constexpr auto authentication_words = keyword_table(std::array{word("auth_type"), word("auth_pass")});
constexpr Context authentication{"authentication", authentication_words};
constexpr auto hmac_words = keyword_table(std::array{
    silent("key", 2), silent("active_key", 1), silent("anti_replay", 1), silent("time_window", 1), silent("mode", 1)});
constexpr Context auth_hmac{"auth_hmac", hmac_words};

constexpr std::array instance_read_words{
    word("state"),
    word("interface"),
    word("virtual_router_id"),
    word("priority"),
    word("advert_int"),
    block("authentication", &authentication),
    each(block("virtual_ipaddress", &address_list)),
    each(block("virtual_ipaddress_excluded", &excluded_list)),
    each(block("virtual_routes", &route_list)),
    each(block("track_interface", &interface_list)),
    each(block("track_script", &script_list)),
    each(block("track_file", &file_list)),
    each(block("track_process", &process_list)),
    word("nopreempt", 0),
    word("preempt", 0),
    word("preempt_delay"),
    word("mcast_src_ip"),
    word("version"),
    word("skip_check_adv_addr", 0, 1),
    word("garp_master_delay"),
    word("garp_master_repeat"),
    word("garp_master_refresh"),
    word("garp_master_refresh_repeat"),
    word("dont_track_primary", 0),
    each(word("notify_master", 1, any_number)),
    each(word("notify_backup", 1, any_number)),
    each(word("notify_fault", 1, any_number)),
    each(word("notify_stop", 1, any_number)),
    each(word("notify", 1, any_number)),
    each(word("notify_deleted", 0, any_number)),
    each(word("notify_master_rx_lower_pri", 1, any_number)),
    word("notify_priority_changes", 0, 1),
    word("strict_mode", 0, 1),
    each(block("virtual_rules", &rule_list)),
    word("promote_secondaries", 0),
    word("use_vmac", 0, 2),
    word("vmac_xmit_base", 0),
    each(block("unicast_peer", &peer_list)),
    word("unicast_src_ip"),
    word("unicast_ttl"),
    word("check_unicast_src", 0, 1),
    word("mcast_dst_ip"),
    word("track_src_ip", 0),
    word("native_ipv6", 0),
    word("garp_lower_prio_delay"),
    word("garp_lower_prio_repeat"),
    word("lower_prio_no_advert", 0, 1),
    word("higher_prio_send_advert", 0, 1),
    word("down_timer_adverts"),
    word("owner_ignore_adverts", 0, 1),
    word("unicast_fault_no_peer", 0),
    word("accept", 0),
    word("no_accept", 0),
    word("no_virtual_ipaddress", 0),
    word("timer_expired_backup", 0, 1),
    word("garp_extra_if", 1, 2),
};

constexpr std::array instance_later_words{
    each(later_block("track_bfd", &bfd_list, 0, bfd, "track_bfd")),
    later("old_unicast_checksum", 0, "it mended a fault of keepalived before 1.2.20, which is not spoken with"),
    later("use_vmac_addr", 0, "addresses on interfaces of others come from those interfaces' own MAC addresses"),
    later("use_ipvlan", 0, "adverts and addresses come from the instance's own interface"),
    later("vrf", 1),
    word("smtp_alert", 0, 1),
    later_block("auth_hmac", &auth_hmac, 0, "adverts are not signed"),
    silent("kernel_rx_buf_size", 1),
    silent("linkbeat_use_polling"),
    silent("debug", 1),
};

constexpr std::array instance_old_words{
    old_name("vmac_garp_intvl", "`garp_extra_if`"),
    each(old_name("lvs_sync_daemon_interface", "lvs_sync_daemon in global_defs")),
    gone("lvs_sync_daemon_inteface",
         "it was a misspelling of keepalived's own before 1.2.14 for what is `lvs_sync_daemon` in global_defs now"),
};

constexpr auto instance_table = keyword_table(instance_read_words, instance_later_words, instance_old_words);

constexpr auto sync_group_table = keyword_table(std::array{
    each(block("group", &group_list)),
    each(block("track_interface", &interface_list)),
    each(block("track_script", &script_list)),
    each(block("track_file", &file_list)),
    each(block("track_process", &process_list)),
    each(later_block("track_bfd", &bfd_list, 0, bfd, "track_bfd")),
    each(word("notify_master", 1, any_number)),
    each(word("notify_backup", 1, any_number)),
    each(word("notify_fault", 1, any_number)),
    each(word("notify_stop", 1, any_number)),
    each(word("notify", 1, any_number)),
    word("sync_group_tracking_weight", 0),
    word("notify_priority_changes", 0, 1),
    word("smtp_alert", 0, 1),
    silent("global_tracking"),
});

constexpr auto script_table = keyword_table(std::array{
    word("script", 1, any_number),
    word("interval"),
    word("timeout"),
    word("weight", 1, 2),
    word("rise"),
    word("fall"),
    word("user", 1, 2),
    word("init_fail", 0),
});
constexpr Context vrrp_script{"vrrp_script", script_table};

constexpr auto track_file_table =
    keyword_table(std::array{word("file"), word("weight", 1, 2), word("init_file", 0, 2)});
constexpr Context track_file{"track_file", track_file_table};

constexpr auto track_process_table = keyword_table(std::array{
    word("process", 1, any_number),
    word("param_match"),
    word("weight", 1, 2),
    word("quorum"),
    word("quorum_max"),
    word("delay"),
    word("fork_delay"),
    word("terminate_delay"),
    silent("full_command"),
});
constexpr Context track_process{"vrrp_track_process", track_process_table};

constexpr auto bfd_table = keyword_table(std::array{
    silent("neighbor_ip", 1),
    silent("neighbour_ip", 1),
    silent("source_ip", 1),
    silent("min_rx", 1),
    silent("min_tx", 1),
    silent("idle_tx", 1),
    silent("multiplier", 1),
    silent("passive"),
    silent("ttl", 1),
    silent("hoplimit", 1),
    silent("max_hops", 1),
    silent("multihop"),
    silent("weight", 1),
    silent("vrrp"),
    silent("checker"),
});
constexpr Context bfd_instance{"bfd_instance", bfd_table};

constexpr Context linkbeat_list = list("linkbeat_interfaces");
constexpr Context delay_list = list("interface_up_down_delays");
constexpr Context static_address_list = list("static_ipaddress");
constexpr Context static_route_list = list("static_routes");
constexpr Context static_rule_list = list("static_rules");
constexpr Context garp_interface_list = list("interfaces");
constexpr auto garp_table =
    keyword_table(std::array{word("garp_interval"), word("gna_interval"), each(word("interface")),
                             each(block("interfaces", &garp_interface_list))});
constexpr Context garp_group{"garp_group", garp_table};
constexpr auto track_group_table = keyword_table(std::array{silent("group", 0, &group_list)});
constexpr Context track_group{"track_group", track_group_table};
constexpr auto ssl_table =
    keyword_table(std::array{silent("password", 1), silent("ca", 1), silent("certificate", 1), silent("key", 1)});
constexpr Context ssl{"SSL", ssl_table};
constexpr Context virtual_server_group = list("virtual_server_group");

constexpr std::array root_read_words{
    each(block("global_defs", &global_defs_context)),
    each(block("vrrp_instance", &vrrp_instance_context, 1)),
    each(block("vrrp_sync_group", &vrrp_sync_group_context, 1)),
    each(block("vrrp_script", &vrrp_script, 1)),
    each(block("track_file", &track_file, 1)),
    each(block("vrrp_track_file", &track_file, 1)),
    each(block("vrrp_track_process", &track_process, 1)),
    each(Keyword{"virtual_server", Treatment::carried_out, 1, 2, &virtual_server_context}),
    each(block("virtual_server_group", &virtual_server_group, 1)),
    each(block("static_ipaddress", &static_address_list)),
    each(block("static_routes", &static_route_list)),
    each(block("static_rules", &static_rule_list)),
    each(block("garp_group", &garp_group)),
    word("net_namespace"),
    each(block("interface_up_down_delays", &delay_list)),
};

constexpr std::array root_later_words{
    each(later_block("bfd_instance", &bfd_instance, 1, bfd, "track_bfd")),
    each(later_block("track_group", &track_group, 1)),
    later_block("SSL", &ssl, 0, "there is no SSL_GET yet"),
    later("net_namespace_ipvs", 1),
    later("instance", 1),
    silent("namespace_with_ipsets"),
    silent("use_pid_dir"),
    silent("child_wait_time", 1),
    silent("linkbeat_use_polling"),
    silent("linkbeat_interfaces", 0, &linkbeat_list),
};

constexpr auto root_table = keyword_table(root_read_words, root_later_words);
constexpr Context root{"", root_table};

constexpr std::array<Context const*, 12> contexts_here{&root,
                                                       &global_defs_context,
                                                       &vrrp_instance_context,
                                                       &vrrp_sync_group_context,
                                                       &authentication,
                                                       &vrrp_script,
                                                       &track_file,
                                                       &track_process,
                                                       &bfd_instance,
                                                       &garp_group,
                                                       &track_group,
                                                       &ssl};

}  // namespace

constinit Context const vrrp_instance_context{"vrrp_instance", instance_table};
constinit Context const vrrp_sync_group_context{"vrrp_sync_group", sync_group_table};

Context const& root_context() { return root; }

std::span<Context const* const> vrrp_contexts() { return contexts_here; }

}  // namespace drover::config
