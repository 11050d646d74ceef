#include "dataplane/io/direct_tables.h"

#include <map>
#include <vector>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

namespace drover::dataplane {

namespace {

bool loads_a_map(bpf_insn const& instruction) {
    return instruction.code == (BPF_LD | BPF_IMM | BPF_DW) && instruction.src_reg == BPF_PSEUDO_MAP_FD;
}

bool has_one_value(int map) {
    bpf_map_info info{};
    __u32 length = sizeof info;
    return bpf_obj_get_info_by_fd(map, &info, &length) == 0 && info.type == BPF_MAP_TYPE_ARRAY && info.max_entries == 1;
}

/// libbpf has made the maps and relocated the instructions. The second half of a wide instruction is the offset: 0.
int load_values(bpf_program* program, bpf_prog_load_opts*, long) {
    auto const* const first = bpf_program__insns(program);
    std::vector<bpf_insn> instructions(first, first + bpf_program__insn_cnt(program));
    std::map<int, bool> tables;
    for (auto& instruction : instructions) {
        if (!loads_a_map(instruction)) continue;
        auto const [known, is_new] = tables.try_emplace(instruction.imm);
        if (is_new) known->second = has_one_value(instruction.imm);
        if (known->second) instruction.src_reg = BPF_PSEUDO_MAP_VALUE;
    }
    return bpf_program__set_insns(program, instructions.data(), instructions.size());
}

int listen(char const* section, bpf_prog_type type) {
    libbpf_prog_handler_opts options{};
    options.sz = sizeof options;
    options.prog_prepare_load_fn = load_values;
    return libbpf_register_prog_handler(section, type, bpf_attach_type{}, &options);
}

}  // namespace

Result<void> use_tables_directly() {
    static int const xdp = listen("xdp", BPF_PROG_TYPE_XDP);
    static int const tc = listen("tc", BPF_PROG_TYPE_SCHED_CLS);
    if (xdp < 0) return fail_errno("prepare the loading of XDP programs", -xdp);
    if (tc < 0) return fail_errno("prepare the loading of tc programs", -tc);
    return {};
}

}  // namespace drover::dataplane
