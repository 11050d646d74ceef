#include "config/load.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "config/check_scripts.h"
#include "config/cross_check.h"
#include "config/lexer.h"
#include "config/preprocessor.h"
#include "config/read_addresses.h"
#include "config/read_global.h"
#include "config/read_group.h"
#include "config/read_instance.h"
#include "config/read_links.h"
#include "config/read_own.h"
#include "config/read_routes.h"
#include "config/read_rules.h"
#include "config/read_service.h"
#include "config/read_sync.h"
#include "config/read_sync_group.h"
#include "config/read_tracking.h"
#include "config/reporter.h"
#include "config/source.h"
#include "config/tree.h"
#include "config/word_check.h"

namespace drover::config {

namespace {

template <class T>
std::vector<T> values_of(std::vector<Read<T>> all) {
    std::vector<T> values;
    values.reserve(all.size());
    for (auto& read : all) values.push_back(std::move(read.value));
    return values;
}

bool is_usable(Statement const& block) { return block.known != nullptr && block.has_block && !block.is_void; }

InstanceDefaults read_globals(Reading& reading, std::span<Statement const> tree, model::Global& global) {
    InstanceDefaults defaults;
    for (auto const& block : tree)
        if (is_usable(block) && block.name() == "global_defs") read_global(reading, block, global, defaults);
    // As in keepalived an instance that changes garp_master_delay does not change these by it.
    auto& garp = defaults.instance.garp;
    garp.lower_delay = garp.lower_delay.value_or(garp.delay);
    garp.lower_repeat = garp.lower_repeat.value_or(garp.repeat);
    return defaults;
}

std::vector<Read<model::Instance>> read_instances(Reading& reading, std::span<Statement const> tree,
                                                  InstanceDefaults const& defaults) {
    std::vector<Read<model::Instance>> instances;
    for (auto const& block : tree)
        if (is_usable(block) && block.name() == "vrrp_instance")
            if (auto instance = read_instance(reading, block, defaults))
                instances.push_back({std::move(*instance), &block});
    drop_twins(reading, instances);
    check_addresses(reading, instances);
    check_gateways(reading, instances);
    return instances;
}

bool is_service(Statement const& block) {
    return is_usable(block) && block.name() == "virtual_server" && block.argument(1) != nullptr;
}

/// Blocks of words of drover's own alone, for services that stand elsewhere.
Additions find_additions(Reading& reading, std::span<Statement const> tree) {
    Additions additions;
    std::unordered_set<std::string> services;  // by key, and by key and protocol
    for (auto const& block : tree) {
        if (!is_service(block)) continue;
        auto const key = key_text(block), protocol = protocol_text(block);
        if (is_addition(block)) {
            additions[key].push_back(&block);
        } else {
            services.insert(key);
            services.insert(key + " " + (protocol.empty() ? "UDP" : protocol));
        }
    }
    for (auto const& [key, blocks] : additions)
        for (auto const* const block : blocks) {
            auto const protocol = protocol_text(*block);
            if (services.contains(protocol.empty() ? key : key + " " + protocol)) continue;
            reading.reporter.warn(block->keyword().position, "no-such-service",
                                  "there is no such virtual_server with real servers: these words have no effect");
        }
    return additions;
}

std::vector<Read<model::Service>> read_services(Reading& reading, std::span<Statement const> tree,
                                                model::Global const& global) {
    auto const groups = read_groups(reading, tree);
    auto const additions = find_additions(reading, tree);
    std::vector<Read<model::Service>> services;
    for (auto const& block : tree) {
        if (is_service(block) && !is_addition(block))
            if (auto service = read_service(reading, block, {global, groups, additions}))
                services.push_back({std::move(*service), &block});
    }
    drop_twins(reading, services);
    return services;
}

/// Addresses that name no interface are set on the default one, as keepalived's.
model::Holdings read_static_items(Reading& reading, std::span<Statement const> tree, std::string const& interface) {
    model::Holdings items;
    items.device = interface.empty() ? "eth0" : interface;
    for (auto const& block : tree) {
        if (!is_usable(block)) continue;
        if (block.name() == "static_ipaddress") read_virtual_addresses(reading, block, items.addresses);
        if (block.name() == "static_routes") read_virtual_routes(reading, block, items.routes);
        if (block.name() == "static_rules") read_rules(reading, block, items.rules);
    }
    return items;
}

/// The last one counts.
std::string read_namespace(std::span<Statement const> tree) {
    std::string name;
    for (auto const& statement : tree)
        if (statement.known != nullptr && !statement.is_void && statement.name() == "net_namespace" &&
            statement.argument(1) != nullptr)
            name = statement.argument(1)->text;
    return name;
}

model::Configuration read_tree(Reading& reading, std::span<Statement const> tree) {
    model::Configuration configuration;
    configuration.net_namespace = read_namespace(tree);
    auto defaults = read_globals(reading, tree, configuration.global);
    defaults.tracking = read_tracking(reading, tree, configuration.global.enable_script_security);
    auto instances = read_instances(reading, tree, defaults);
    configuration.sync_groups = read_sync_groups(reading, tree, defaults, instances);
    configuration.instances = values_of(std::move(instances));
    configuration.links = read_links(reading, tree, configuration.instances);
    configuration.tracking = std::move(defaults.tracking);
    configuration.fixed = read_static_items(reading, tree, defaults.instance.interface);
    configuration.services = values_of(read_services(reading, tree, configuration.global));
    read_sync(reading, tree, configuration);
    check_references(reading, tree);
    check_scripts(reading, tree, configuration.global.enable_script_security);
    return configuration;
}

}  // namespace

Loaded load(std::string const& path, FileSource& files, Host const& host, Limits const& limits) {
    Sources sources;
    Reporter reporter(sources);
    Lexer lexer(sources, reporter);
    Loaded loaded;
    if (auto const read = Preprocessor(files, host, limits, sources, reporter, lexer).run(path); !read) {
        Diagnostic diagnostic;
        diagnostic.severity = Severity::error;
        diagnostic.position.file = path;
        diagnostic.code = "unreadable";
        diagnostic.message = read.error().message;
        diagnostic.exit_code = cannot_run;
        loaded.diagnostics.push_back(std::move(diagnostic));
    } else {
        auto tree = build_tree(lexer.tokens(), reporter);
        check_words(tree, reporter);
        Reading reading{reporter, host, host.interfaces()};
        loaded.configuration = read_tree(reading, tree);
        loaded.diagnostics = reporter.take();
    }
    loaded.exit_code = exit_code_of(loaded.diagnostics);
    return loaded;
}

}  // namespace drover::config
