#include "health/judge.h"

namespace drover::health {

Judge new_judge(model::Check const& check) {
    Judge judge;
    judge.up = !check.alpha;
    return judge;
}

std::size_t url_count(model::Check const& check) {
    auto const* http = std::get_if<model::HttpCheck>(&check.what);
    return http == nullptr || http->urls.empty() ? 1 : http->urls.size();
}

namespace {

Judgement after_success(Judge judge, std::size_t urls) {
    judge.decided = true;
    judge.retries = 0;
    judge.url = (judge.url + 1) % urls;
    if (judge.passed < urls) ++judge.passed;
    if (judge.passed < urls || judge.confirmed) return {judge, Verdict::none, 0};
    auto const verdict = judge.up ? Verdict::found_up : Verdict::came_up;
    judge.up = judge.confirmed = true;
    return {judge, verdict, 0};
}

Judgement after_failure(Judge judge, int retry) {
    bool const first = !judge.decided;
    judge.decided = true;
    judge.passed = 0;
    if (judge.up && !first && judge.retries < retry) {
        ++judge.retries;
        return {judge, Verdict::retrying, 0};
    }
    int const made = judge.retries;
    auto const verdict = judge.up ? Verdict::went_down : first ? Verdict::found_down : Verdict::none;
    judge.up = judge.confirmed = false;
    judge.retries = 0;
    return {judge, verdict, made};
}

}  // namespace

Judgement judge(Judge const& before, model::Check const& check, bool passed) {
    Judge start = before;
    if (start.url >= url_count(check)) start.url = start.passed = 0;
    return passed ? after_success(start, url_count(check)) : after_failure(start, check.timing.retry);
}

}  // namespace drover::health
