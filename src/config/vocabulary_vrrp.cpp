// The words of vrrp_instance, vrrp_sync_group and of what they refer to.
#include "config/vocabulary.h"

namespace drover::config {

namespace {

constexpr std::string_view tracking = "the priority does not depend on it, and it never makes a fault";
constexpr std::string_view unicast = "adverts are sent and heard by multicast only";
constexpr std::string_view vmac = "adverts and ARP come from the interface's own MAC address";
constexpr std::string_view mail = "no mail is sent yet; all words about it are accepted";
constexpr std::string_view sync_group = "each instance changes its state by itself";

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
    word("strict_mode", 0, 1),
};

constexpr std::array instance_later_words{
    each(later_block("virtual_rules", &rule_list, 0, "no policy rules are set")),
    each(later_block("track_script", &script_list, 0, tracking, "track_script")),
    each(later_block("track_file", &file_list, 0, tracking, "track_file")),
    each(later_block("track_process", &process_list, 0, tracking, "track_process")),
    each(later_block("track_bfd", &bfd_list, 0, tracking, "track_bfd")),
    each(later_block("unicast_peer", &peer_list, 0, unicast, "unicast")),
    later("unicast_src_ip", 1, unicast, "unicast"),
    later("unicast_ttl", 1, unicast, "unicast"),
    later("check_unicast_src", 0, unicast, "unicast"),
    later("unicast_fault_no_peer", 0, unicast, "unicast"),
    later("old_unicast_checksum", 0, unicast, "unicast"),
    later("mcast_dst_ip", 1, "224.0.0.18 or vrrp_mcast_group4 is used"),
    later("track_src_ip"),
    later("native_ipv6"),
    later("no_accept", 0, "the addresses accept all packets"),
    later("garp_lower_prio_delay", 1),
    later("garp_lower_prio_repeat", 1),
    later("garp_extra_if", 1),
    later("lower_prio_no_advert"),
    later("higher_prio_send_advert"),
    later("down_timer_adverts", 1),
    later("owner_ignore_adverts"),
    later("timer_expired_backup"),
    later("use_vmac", 0, vmac, "vmac"),
    later("use_vmac_addr", 0, vmac, "vmac"),
    later("vmac_xmit_base", 0, vmac, "vmac"),
    later("use_ipvlan", 0, vmac, "vmac"),
    later("vrf", 1),
    later("notify_deleted"),
    later("notify_master_rx_lower_pri", 1),
    later("notify_priority_changes"),
    later("smtp_alert", 0, mail, "mail"),
    later("promote_secondaries"),
    later("no_virtual_ipaddress"),
    later_block("auth_hmac", &auth_hmac, 0, "adverts are not signed"),
    silent("accept"),
    silent("kernel_rx_buf_size", 1),
    silent("linkbeat_use_polling"),
    silent("debug", 1),
};

constexpr std::array instance_old_words{
    each(old_name("lvs_sync_daemon_interface", "lvs_sync_daemon in global_defs")),
    gone("lvs_sync_daemon_inteface",
         "it was a misspelling of keepalived's own before 1.2.14 for what is `lvs_sync_daemon` in global_defs now"),
};

constexpr auto instance_table = keyword_table(instance_read_words, instance_later_words, instance_old_words);

constexpr auto sync_group_table = keyword_table(std::array{
    silent("group", 0, &group_list),
    silent("track_interface", 0, &interface_list),
    silent("track_script", 0, &script_list),
    silent("track_file", 0, &file_list),
    silent("track_process", 0, &process_list),
    silent("track_bfd", 0, &bfd_list),
    later("notify_master", 1, sync_group, "sync-group"),
    later("notify_backup", 1, sync_group, "sync-group"),
    later("notify_fault", 1, sync_group, "sync-group"),
    later("notify_stop", 1, sync_group, "sync-group"),
    later("notify", 1, sync_group, "sync-group"),
    silent("smtp_alert"),
    silent("global_tracking"),
    silent("sync_group_tracking_weight"),
    silent("notify_priority_changes"),
});

constexpr auto script_table = keyword_table(std::array{
    silent("script", 1),
    silent("interval", 1),
    silent("timeout", 1),
    silent("weight", 1),
    silent("rise", 1),
    silent("fall", 1),
    silent("user", 1),
    silent("init_fail"),
});
constexpr Context vrrp_script{"vrrp_script", script_table};

constexpr auto track_file_table =
    keyword_table(std::array{silent("file", 1), silent("weight", 1), silent("init_file")});
constexpr Context track_file{"track_file", track_file_table};

constexpr auto track_process_table = keyword_table(std::array{
    silent("process", 1),
    silent("param_match", 1),
    silent("weight", 1),
    silent("quorum", 1),
    silent("quorum_max", 1),
    silent("delay", 1),
    silent("fork_delay", 1),
    silent("terminate_delay", 1),
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
    keyword_table(std::array{silent("garp_interval", 1), silent("gna_interval", 1), silent("interface", 1),
                             silent("interfaces", 0, &garp_interface_list)});
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
    each(Keyword{"virtual_server", Treatment::carried_out, 1, 2, &virtual_server_context}),
    each(block("virtual_server_group", &virtual_server_group, 1)),
};

constexpr std::array root_later_words{
    each(later_block("vrrp_sync_group", &vrrp_sync_group_context, 1, sync_group, "sync-group")),
    each(later_block("vrrp_script", &vrrp_script, 1, tracking, "track_script")),
    each(later_block("track_file", &track_file, 1, tracking, "track_file")),
    each(later_block("vrrp_track_file", &track_file, 1, tracking, "track_file")),
    each(later_block("vrrp_track_process", &track_process, 1, tracking, "track_process")),
    each(later_block("bfd_instance", &bfd_instance, 1, tracking, "track_bfd")),
    each(later_block("static_ipaddress", &static_address_list, 0, "no static addresses are set")),
    each(later_block("static_routes", &static_route_list, 0, "no static routes are set")),
    each(later_block("static_rules", &static_rule_list, 0, "no policy rules are set")),
    each(later_block("garp_group", &garp_group, 0, "gratuitous ARP is not paced")),
    each(later_block("track_group", &track_group, 1)),
    later_block("SSL", &ssl, 0, "there is no SSL_GET yet"),
    later("net_namespace", 1, "start the daemon in the namespace instead"),
    later("net_namespace_ipvs", 1),
    later("instance", 1),
    later_block("interface_up_down_delays", &delay_list, 0, "links count as they are reported"),
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
