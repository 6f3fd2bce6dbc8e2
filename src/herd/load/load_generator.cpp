#include "herd/load/load_generator.h"

#include <utility>

#include "herd/net/clock.h"

namespace herd::load {
Result<std::unique_ptr<LoadGenerator>> LoadGenerator::connect(const LoadPlan& plan,
                                                              const std::vector<LoadTarget>& targets) {
  std::unique_ptr<LoadGenerator> generator(new LoadGenerator(plan, targets));
  std::vector<std::vector<LoadConnection>> shares(plan.threads);
  for (std::size_t i = 0; i < plan.connections; ++i) {
    const auto& target = targets[i % targets.size()];
    auto socket = i < targets.size() ? target.connect() : target.connect(" at connection " + std::to_string(i + 1));
    if (!socket) return socket.error();
    shares[i % plan.threads].emplace_back(*std::move(socket), i % targets.size(),
                                          ReportLines(plan.clients, i, plan.connections));
  }
  for (auto& share : shares) generator->workers_.push_back(std::make_unique<LoadWorker>(std::move(share)));
  return generator;
}

LoadGenerator::~LoadGenerator() {
  stop();
  join();
}

void LoadGenerator::start() {
  const auto begin = net::steady_now();
  measure_from_ = begin + plan_.warm_up;
  running_ = workers_.size();
  for (std::size_t t = 0; t < workers_.size(); ++t) {
    LoadShare share;
    share.pipeline = plan_.pipeline;
    share.measure_from = measure_from_;
    if (plan_.rate) {
      // Thread t sends every report whose number is t modulo the count of threads.
      const auto shift = static_cast<Duration>(1e9 / *plan_.rate * static_cast<double>(t));
      share.schedule.emplace(begin + shift, *plan_.rate / static_cast<double>(workers_.size()));
    }
    if (plan_.duration) share.end = measure_from_ + *plan_.duration;
    if (plan_.reports) share.reports_max = (*plan_.reports + workers_.size() - 1 - t) / workers_.size();
    threads_.emplace_back([this, t, share] {
      workers_[t]->run(share, stop_);
      --running_;
    });
  }
}

void LoadGenerator::join() {
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

std::uint64_t LoadGenerator::answered() const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) sum += worker->answered();
  return sum;
}

LoadTally LoadGenerator::tally() const {
  LoadTally sum;
  for (const auto& worker : workers_) sum.add(worker->tally());
  return sum;
}

std::uint64_t LoadGenerator::refused() const {
  std::uint64_t sum = 0;
  for (const auto& worker : workers_) {
    for (const auto& connection : worker->connections()) sum += connection.answers().refused();
  }
  return sum;
}

std::string LoadGenerator::first_refused() const {
  for (const auto& worker : workers_) {
    for (const auto& connection : worker->connections()) {
      if (connection.answers().refused() > 0) return connection.answers().first_refused();
    }
  }
  return {};
}

std::vector<std::string> LoadGenerator::failures() const {
  std::vector<std::string> failures;
  for (const auto& worker : workers_) {
    for (const auto& connection : worker->connections()) {
      if (!connection.is_open()) {
        failures.push_back(targets_[connection.target()].name + ": " + connection.why_closed());
      }
    }
  }
  return failures;
}

Time LoadGenerator::newest_time(std::uint64_t number) const {
  const auto connection = number % plan_.connections;
  const auto& worker = *workers_[connection % workers_.size()];
  const auto& its = worker.connections()[connection / workers_.size()];
  return its.under_way() == 0 ? its.lines().newest_time(number / plan_.connections) : 0;
}

}  // namespace herd::load
