// The words of virtual_server, real_server and the checks.
#include "config/vocabulary.h"

namespace drover::config {

namespace {

constexpr std::string_view no_check = "a server with no other check counts as up";
constexpr std::string_view regex = "the page's text is not looked at";

constexpr std::array check_words{
    word("connect_ip"),
    word("connect_port"),
    word("bindto"),
    word("bind_if"),
    word("bind_port"),
    word("fwmark"),
    word("connect_timeout"),
    word("retry"),
    word("delay_before_retry"),
    word("warmup"),
    word("delay_loop"),
    word("alpha", 0, 1),
    word("log_all_failures", 0, 1),
};

// In the blocks of checks that are not carried out nothing is read.
constexpr std::array silent_check_words{
    silent("connect_ip", 1),         silent("connect_port", 1), silent("bindto", 1),          silent("bind_if", 1),
    silent("bind_port", 1),          silent("fwmark", 1),       silent("connect_timeout", 1), silent("retry", 1),
    silent("delay_before_retry", 1), silent("warmup", 1),       silent("delay_loop", 1),      silent("alpha"),
    silent("log_all_failures"),
};

constexpr std::array retry_gone{
    gone("nb_get_retry", "write `retry`; keepalived knows the old word in HTTP_GET only"),
    gone("nb_sock_retry", "write `retry`"),
};

constexpr auto url_table = keyword_table(std::array{
    word("path"),
    word("digest"),
    word("status_code", 1, any_number),
    word("virtualhost"),
    later("regex", 1, regex, "regex"),
    later("regex_no_match", 0, regex, "regex"),
    later("regex_options", 1, regex, "regex"),
    later("regex_stack", 1, regex, "regex"),
    later("regex_min_offset", 1, regex, "regex"),
    later("regex_max_offset", 1, regex, "regex"),
    silent("tls_compliant"),
});
constexpr Context url{"url", url_table};
constexpr auto silent_url_table = keyword_table(std::array{
    silent("path", 1),
    silent("digest", 1),
    silent("status_code", 1),
    silent("virtualhost", 1),
    silent("regex", 1),
    silent("regex_no_match"),
    silent("regex_options", 1),
    silent("regex_stack", 1),
    silent("regex_min_offset", 1),
    silent("regex_max_offset", 1),
    silent("tls_compliant"),
});
constexpr Context silent_url{"url", silent_url_table};

constexpr auto tcp_table = keyword_table(check_words, retry_gone);
constexpr Context tcp_check{"TCP_CHECK", tcp_table};

constexpr auto http_table = keyword_table(check_words, std::array{
                                                           each(block("url", &url)),
                                                           word("virtualhost"),
                                                           word("http_protocol"),
                                                           later("fast_recovery"),
                                                           silent("enable_sni"),
                                                           silent("sni_name", 1),
                                                           silent("tls_compliant"),
                                                           old_name("nb_get_retry", "retry"),
                                                           gone("nb_sock_retry", "write `retry`"),
                                                       });
constexpr Context http_get{"HTTP_GET", http_table};

constexpr auto ssl_table = keyword_table(silent_check_words, std::array{
                                                                 silent("url", 0, &silent_url),
                                                                 silent("virtualhost", 1),
                                                                 silent("http_protocol", 1),
                                                                 silent("fast_recovery"),
                                                                 silent("enable_sni"),
                                                                 silent("sni_name", 1),
                                                                 silent("tls_compliant"),
                                                                 old_name("nb_get_retry", "retry"),
                                                                 gone("nb_sock_retry", "write `retry`"),
                                                             });
constexpr Context ssl_get{"SSL_GET", ssl_table};

constexpr auto misc_table = keyword_table(
    silent_check_words, retry_gone,
    std::array{silent("misc_path", 1), silent("misc_timeout", 1), silent("misc_dynamic"), silent("user", 1)});
constexpr Context misc_check{"MISC_CHECK", misc_table};

constexpr auto host_table = keyword_table(std::array{silent("connect_ip", 1), silent("connect_port", 1),
                                                     silent("bindto", 1), silent("bind_port", 1), silent("bind_if", 1),
                                                     silent("fwmark", 1), silent("connect_timeout", 1)});
constexpr Context smtp_host{"host", host_table};
constexpr auto smtp_table = keyword_table(silent_check_words, retry_gone,
                                          std::array{silent("helo_name", 1), each(silent("host", 0, &smtp_host))});
constexpr Context smtp_check{"SMTP_CHECK", smtp_table};

constexpr auto dns_table =
    keyword_table(silent_check_words, retry_gone, std::array{silent("type", 1), silent("name", 1)});
constexpr Context dns_check{"DNS_CHECK", dns_table};

constexpr auto udp_table = keyword_table(silent_check_words, retry_gone,
                                         std::array{silent("payload", 1), silent("require_reply"),
                                                    silent("min_reply_length", 1), silent("max_reply_length", 1)});
constexpr Context udp_check{"UDP_CHECK", udp_table};

constexpr auto ping_table = keyword_table(silent_check_words, retry_gone);
constexpr Context ping_check{"PING_CHECK", ping_table};

constexpr auto bfd_table = keyword_table(std::array{silent("name", 1), silent("alpha")});
constexpr Context bfd_check{"BFD_CHECK", bfd_table};

constexpr auto file_table = keyword_table(std::array{silent("track_file", 1), silent("weight", 1), silent("dynamic")});
constexpr Context file_check{"FILE_CHECK", file_table};

// virtual_server gives them as defaults for its servers and their checks, real_server for its checks.
constexpr std::array inherited_words{
    word("delay_loop"),  word("delay_before_retry"),           word("retry"),         word("connect_timeout"),
    word("warmup"),      word("inhibit_on_failure", 0, 1),     word("weight"),        word("virtualhost"),
    word("alpha", 0, 1), word("smtp_alert", 0, 1),             later("snmp_name", 1),
};

constexpr std::array server_words{
    each(word("notify_up", 1, any_number)),
    each(word("notify_down", 1, any_number)),
    word("lvs_method", 1, any_number),
    word("lb_kind", 1, any_number),
    word("uthreshold"),
    word("lthreshold"),
    each(block("TCP_CHECK", &tcp_check)),
    each(block("HTTP_GET", &http_get)),
    each(later_block("SSL_GET", &ssl_get, 0, no_check)),
    each(later_block("MISC_CHECK", &misc_check, 0, no_check)),
    each(later_block("SMTP_CHECK", &smtp_check, 0, no_check)),
    each(later_block("DNS_CHECK", &dns_check, 0, no_check)),
    each(later_block("UDP_CHECK", &udp_check, 0, no_check)),
    each(later_block("PING_CHECK", &ping_check, 0, no_check)),
    each(later_block("BFD_CHECK", &bfd_check, 0, no_check)),
    each(later_block("FILE_CHECK", &file_check, 0, no_check)),
};

constexpr auto real_server_table = keyword_table(inherited_words, server_words);
constexpr Context real_server{"real_server", real_server_table};

constexpr std::array service_words{
    word("lb_algo"),
    word("lvs_sched"),
    word("lb_kind", 1, any_number),
    word("lvs_method", 1, any_number),
    word("protocol"),
    word("persistence_timeout", 0, 1),
    word("persistence_granularity"),
    word("quorum"),
    word("ip_family"),
    each(Keyword{"real_server", Treatment::carried_out, 1, 2, &real_server}),
    later("sorry_server", 1, "while no server is up, new connections are dropped", "sorry_server"),
    later("sorry_server_inhibit", 0, {}, "sorry_server"),
    later("sorry_server_lvs_method", 1, {}, "sorry_server"),
    later("persistence_engine", 1),
    word("hysteresis"),
    each(word("quorum_up", 1, any_number)),
    each(word("quorum_down", 1, any_number)),
    later("omega", 0, "notify_down is not run when the daemon stops"),
    later("ha_suspend", 0, "servers are always checked"),
    word("ops", 0),
    word("flag-1", 0),
    word("flag-2", 0),
    word("sh-port", 0),
    word("sh-fallback", 0),
    word("mh-port", 0),
    word("mh-fallback", 0),
    silent("flag-3"),  // no scheduler has a third flag
    silent("hashed"),  // the kernel sets it itself, whatever is asked for
    gone("nat_mask", "keepalived dropped it in 1.3, and direct routing never had a use for it"),
};

// docs/drover.conf.md
constexpr std::array own_words{
    own("expire_nodest_conn", 0, 1),   own("expire_quiescent_template", 0, 1),
    own("sloppy_tcp", 0, 1),           own("sloppy_sctp", 0, 1),
    each(own("allow", 1, any_number)), each(own("deny", 1, any_number)),
    own("slow_start", 1, 1),           own("sh_even", 0, 1),
    own("random_start", 0, 1),
};

constexpr auto service_table = keyword_table(inherited_words, service_words, own_words);

constexpr std::array<Context const*, 14> contexts_here{&virtual_server_context,
                                                       &real_server,
                                                       &tcp_check,
                                                       &http_get,
                                                       &ssl_get,
                                                       &misc_check,
                                                       &smtp_check,
                                                       &smtp_host,
                                                       &dns_check,
                                                       &udp_check,
                                                       &ping_check,
                                                       &bfd_check,
                                                       &file_check,
                                                       &url};

}  // namespace

constinit Context const virtual_server_context{"virtual_server", service_table};

std::span<Context const* const> service_contexts() { return contexts_here; }

}  // namespace drover::config
