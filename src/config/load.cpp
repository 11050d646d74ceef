#include "config/load.h"

#include <algorithm>
#include <unordered_set>

#include "config/check_scripts.h"
#include "config/preprocessor.h"
#include "config/read_instance.h"
#include "config/read_service.h"
#include "config/tree.h"
#include "config/vocabulary.h"

namespace drover::config {

namespace {

Position place(model::Origin const& origin, std::string_view keyword) {
    return {origin.file, origin.line, origin.column, static_cast<int>(keyword.size())};
}

void read_blocks(Reading& reading, std::vector<Statement> const& tree, model::Configuration& configuration) {
    InstanceDefaults defaults;
    for (auto const& block : tree)
        if (block.keyword().text == "global_defs") read_global(reading, block, configuration.global, defaults);
    for (auto const& block : tree) {
        if (block.keyword().text == "vrrp_instance")
            if (auto instance = read_instance(reading, block, defaults)) configuration.instances.push_back(std::move(*instance));
        if (block.keyword().text == "virtual_server")
            if (auto service = read_service(reading, block)) configuration.services.push_back(std::move(*service));
    }
}

/// What one block alone cannot tell: of two with one identity the first counts.
void drop_twins(Reporter& reporter, model::Configuration& configuration) {
    std::unordered_set<ServiceKey> services;
    std::erase_if(configuration.services, [&](model::Service const& service) {
        if (services.insert(service.key).second) return false;
        reporter.warn(place(service.origin, "virtual_server"), "duplicate-service", "virtual_server " + service.key.keepalived_text() + " is defined twice; the second is left out");
        return true;
    });
    std::unordered_set<std::string> names, routers;
    std::erase_if(configuration.instances, [&](model::Instance const& instance) {
        auto const router = instance.interface + "/" + std::to_string(instance.virtual_router_id);
        bool const new_name = names.insert(instance.name).second;
        if (new_name && routers.insert(router).second) return false;
        reporter.warn(place(instance.origin, "vrrp_instance"), "duplicate-instance",
                      new_name ? "vrrp_instance " + instance.name + " uses VRID " + std::to_string(instance.virtual_router_id) + " on " + instance.interface + ", as another one does; it is left out"
                               : "vrrp_instance " + instance.name + " is defined twice; the second is left out");
        return true;
    });
}

/// Sync groups are not carried out yet; members that do not exist are a mistake all the same.
void check_sync_groups(Reporter& reporter, std::vector<Statement> const& tree, model::Configuration const& configuration) {
    for (auto const& block : tree) {
        auto const* group = block.keyword().text == "vrrp_sync_group" ? block.find("group") : nullptr;
        if (group == nullptr) continue;
        for (auto const& line : group->block)
            for (auto const& member : line.words)
                if (std::ranges::find(configuration.instances, member.text, &model::Instance::name) == configuration.instances.end() &&
                    std::ranges::none_of(tree, [&](auto const& other) { return other.keyword().text == "vrrp_instance" && other.argument(1) != nullptr && other.argument(1)->text == member.text; }))
                    reporter.warn(member.position, "no-member", "there is no vrrp_instance `" + member.text + "`");
    }
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
        diagnostic.exit_code = loaded.exit_code = cannot_run;
        loaded.diagnostics.push_back(std::move(diagnostic));
        return loaded;
    }
    auto const tree = build_tree(lexer.tokens(), reporter);
    check_words(tree, reporter);
    Reading reading{reporter, host};
    read_blocks(reading, tree, loaded.configuration);
    drop_twins(reporter, loaded.configuration);
    check_sync_groups(reporter, tree, loaded.configuration);
    check_scripts(reading, tree, loaded.configuration.global.enable_script_security);
    loaded.diagnostics = reporter.take();
    loaded.exit_code = exit_code_of(loaded.diagnostics);
    return loaded;
}

}  // namespace drover::config
