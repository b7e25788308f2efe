#include "recognition/waiting_line.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace croquis::recognition {

void Job::answer(Result<RecognitionResult> answer) {
    try {
        std::move(done_)(std::move(answer));
    } catch (const std::exception& thrown) {
        spdlog::error("recognition: whom a drawing was answered to threw: {}", thrown.what());
    }
}

bool WaitingLine::has_room_for(const Job& job) const {
    if (size() >= limits_.max_jobs) return false;
    if (size() > 0 && work_ + job.cost().work > limits_.max_work) return false;
    if (job.asker().client.empty()) return true;
    const auto found = clients_.find(job.asker().client);
    if (found == clients_.end()) return true;
    const auto& client = found->second;
    return client.jobs() < std::max<std::size_t>(1, limits_.max_jobs / limits_.shares) &&
           client.work + job.cost().work <= limits_.max_work / limits_.shares;
}

bool WaitingLine::push(Job& job) {
    if (!has_room_for(job)) return false;
    add(job);
    return true;
}

void WaitingLine::add(Job& job) {
    auto& client = clients_[job.asker().client];
    if (client.jobs() == 0) client.name = job.asker().client;
    const auto lane = index(job.cost().work > limits_.heavy_work ? Lane::heavy : Lane::light);
    if (client.lanes[lane].empty()) turns_[lane].push_back(&client);
    client.work += job.cost().work;
    work_ += job.cost().work;
    file_bytes_ += job.file().size();
    ++sizes_[lane];
    client.lanes[lane].push_back(std::move(job));
}

const Job& WaitingLine::front(Lane lane) const {
    return turns_[index(lane)].front()->lanes[index(lane)].front();
}

Job WaitingLine::pop(Lane of_lane) {
    const auto lane = index(of_lane);
    Client& client = *turns_[lane].front();
    turns_[lane].pop_front();
    Job job = std::move(client.lanes[lane].front());
    client.lanes[lane].pop_front();
    client.work -= job.cost().work;
    work_ -= job.cost().work;
    file_bytes_ -= job.file().size();
    --sizes_[lane];
    if (!client.lanes[lane].empty())
        turns_[lane].push_back(&client);
    else if (client.jobs() == 0)
        clients_.erase(client.name);
    return job;
}

std::vector<Job> WaitingLine::take_all() {
    std::vector<Job> all;
    all.reserve(size());
    for (const auto lane : {Lane::light, Lane::heavy})
        while (size(lane) > 0) all.push_back(pop(lane));
    return all;
}

std::vector<Job> WaitingLine::take_gone() {
    const auto is_gone = [](const Job& job) { return job.asker().has_gone(); };
    const bool any = std::any_of(clients_.begin(), clients_.end(), [&](const auto& entry) {
        const auto& lanes = entry.second.lanes;
        return std::any_of(lanes.begin(), lanes.end(), [&](const auto& lane) {
            return std::any_of(lane.begin(), lane.end(), is_gone);
        });
    });
    if (!any) return {};
    std::vector<Job> gone;
    for (auto& job : take_all())
        if (is_gone(job))
            gone.push_back(std::move(job));
        else
            add(job);
    return gone;
}

}  // namespace croquis::recognition
