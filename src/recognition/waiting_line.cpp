#include "recognition/waiting_line.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace croquis::recognition {

void RecognitionTask::answer(Result<RecognitionResult> answer) {
    try {
        std::move(done_)(std::move(answer));
    } catch (const std::exception& thrown) {
        spdlog::error("recognition: whom a drawing was answered to threw: {}", thrown.what());
    }
}

bool WaitingLine::has_room_for(const RecognitionTask& task) const {
    if (size() >= limits_.max_tasks) return false;
    if (size() > 0 && work_ + task.cost().work > limits_.max_work) return false;
    if (task.asker().client.empty()) return true;
    const auto found = clients_.find(task.asker().client);
    if (found == clients_.end()) return true;
    const auto& client = found->second;
    return client.tasks() < std::max<std::size_t>(1, limits_.max_tasks / limits_.shares) &&
           client.work + task.cost().work <= limits_.max_work / limits_.shares;
}

bool WaitingLine::push(RecognitionTask& task) {
    if (!has_room_for(task)) return false;
    add(task);
    return true;
}

void WaitingLine::add(RecognitionTask& task) {
    auto& client = clients_[task.asker().client];
    if (client.tasks() == 0) client.name = task.asker().client;
    const auto lane = index(task.cost().work > limits_.heavy_work ? Lane::heavy : Lane::light);
    if (client.lanes[lane].empty()) turns_[lane].push_back(&client);
    client.work += task.cost().work;
    work_ += task.cost().work;
    file_bytes_ += task.file().size();
    ++sizes_[lane];
    client.lanes[lane].push_back(std::move(task));
}

const RecognitionTask& WaitingLine::front(Lane lane) const {
    return turns_[index(lane)].front()->lanes[index(lane)].front();
}

RecognitionTask WaitingLine::pop(Lane of_lane) {
    const auto lane = index(of_lane);
    Client& client = *turns_[lane].front();
    turns_[lane].pop_front();
    RecognitionTask task = std::move(client.lanes[lane].front());
    client.lanes[lane].pop_front();
    client.work -= task.cost().work;
    work_ -= task.cost().work;
    file_bytes_ -= task.file().size();
    --sizes_[lane];
    if (!client.lanes[lane].empty())
        turns_[lane].push_back(&client);
    else if (client.tasks() == 0)
        clients_.erase(client.name);
    return task;
}

std::vector<RecognitionTask> WaitingLine::take_all() {
    std::vector<RecognitionTask> all;
    all.reserve(size());
    for (const auto lane : {Lane::light, Lane::heavy})
        while (size(lane) > 0) all.push_back(pop(lane));
    return all;
}

std::vector<RecognitionTask> WaitingLine::take_gone() {
    const auto is_gone = [](const RecognitionTask& task) { return task.asker().has_gone(); };
    const bool any = std::any_of(clients_.begin(), clients_.end(), [&](const auto& entry) {
        const auto& lanes = entry.second.lanes;
        return std::any_of(lanes.begin(), lanes.end(), [&](const auto& lane) {
            return std::any_of(lane.begin(), lane.end(), is_gone);
        });
    });
    if (!any) return {};
    std::vector<RecognitionTask> gone;
    for (auto& task : take_all())
        if (is_gone(task))
            gone.push_back(std::move(task));
        else
            add(task);
    return gone;
}

}  // namespace croquis::recognition
