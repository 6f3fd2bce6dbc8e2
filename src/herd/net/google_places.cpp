#include "herd/net/google_places.h"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>

#include "herd/google/google_question.h"
#include "herd/net/clock.h"

namespace herd::net {

namespace asio = boost::asio;
using google::GoogleFailure;
using google::GoogleOutcome;
using google::GoogleQuestions;

namespace {

constexpr Duration forget_every = 10 * second;
constexpr Duration day = 24 * 3600 * second;

std::int64_t utc_day() {
  return wall_now() / day;
}

/// Queries that are answered together.
struct Batch {
  std::vector<places::NearbyQuery> queries;
  std::vector<std::shared_ptr<const google::GoogleAnswer>> found;  // by Google
  std::vector<std::string> reasons;                                // why not by Google; only where nothing is found
  std::size_t unknown = 0;                                         // queries with neither
  std::vector<std::string> answers;
  places::Provider::Found on_found;
};

/// Those of a batch that offline files answer for one reason.
struct OfflineShare {
  std::vector<std::size_t> places;
  std::vector<places::NearbyQuery> queries;
};

/// Makes answers of what Google found. Queries behind those that have enough bytes are dropped.
void answer_found(Batch& batch) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batch.queries.size() && bytes < places::Provider::answers_bytes_max; ++i) {
    auto& answer = batch.answers.emplace_back();
    if (batch.found[i]) answer = batch.found[i]->nearby_search(batch.queries[i]);
    bytes += answer.size();
  }
  batch.found.clear();
  batch.queries.resize(batch.answers.size());
}

/// Tells the answers up to the first that is missing or too many.
void tell(Batch& batch) {
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < batch.answers.size() && bytes < places::Provider::answers_bytes_max; ++count) {
    if (batch.answers[count].empty()) break;
    bytes += batch.answers[count].size();
  }
  batch.answers.resize(count);
  batch.on_found(std::move(batch.answers));
}

/// Has offline files answer what Google does not; on no thread in particular after that.
void complete(const std::shared_ptr<Batch>& batch, OfflineLookup& offline) {
  answer_found(*batch);
  std::unordered_map<std::string, OfflineShare> shares;
  for (std::size_t i = 0; i < batch->queries.size(); ++i) {
    if (!batch->answers[i].empty()) continue;
    auto& share = shares[batch->reasons[i]];
    share.places.push_back(i);
    share.queries.push_back(batch->queries[i]);
  }
  if (shares.empty()) return tell(*batch);
  const auto missing = std::make_shared<std::atomic<std::size_t>>(shares.size());
  for (auto& [reason, share] : shares) {
    const auto message =
        reason.empty() ? std::string() : "Google Places " + reason + "; these places are from offline files";
    offline.find_nearby(std::move(share.queries), message,
                        [batch, missing, places = std::move(share.places)](std::vector<std::string> found) {
                          for (std::size_t i = 0; i < found.size(); ++i)
                            batch->answers[places[i]] = std::move(found[i]);
                          if (missing->fetch_sub(1) != 1) return;
                          tell(*batch);
                        });
  }
}

}  // namespace

struct GoogleLookup::State {
  State(const Options& options, google::GoogleKey first_key, OfflineLookup& offline_lookup, LogFile& log_file)
      : path_prefix(options.path_prefix),
        name(options.server.host + ":" + std::to_string(options.server.port)),
        offline(offline_lookup),
        log(log_file),
        key(std::make_shared<google::GoogleKey>(std::move(first_key))),
        questions(options.questions),
        client(loop, options.server) {
    loop.every(forget_every, [this] {
      const std::lock_guard lock(mutex);
      questions.forget_old(steady_now());
    });
    thread = std::thread([this] { loop.run(); });
  }

  void take(const std::shared_ptr<Batch>& batch);
  void request(const std::string& question);
  void end(const std::string& question, const GoogleOutcome& outcome);
  void note(Batch& batch, std::size_t place, const GoogleOutcome& outcome) const;
  void tell_changes();

  struct Asker {
    std::shared_ptr<Batch> batch;
    std::size_t place;
  };

  const std::string path_prefix;
  const std::string name;
  OfflineLookup& offline;
  LogFile& log;
  EventLoop loop;
  std::shared_ptr<const google::GoogleKey> key;
  mutable std::mutex mutex;   // held by no one who waits
  GoogleQuestions questions;  // guarded by mutex
  std::unordered_map<GoogleQuestions::Ticket, Asker> askers;
  GoogleQuestions::Ticket last_ticket = 0;
  google::GoogleBreaker::State breaker_told = google::GoogleBreaker::State::closed;
  std::int64_t quota_told = 0;  // the day
  bool is_closing = false;
  HttpsClient client;
  std::thread thread;
};

GoogleLookup::GoogleLookup(const Options& options, google::GoogleKey key, OfflineLookup& offline, LogFile& log)
    : state_(std::make_unique<State>(options, std::move(key), offline, log)) {}

GoogleLookup::~GoogleLookup() {
  asio::post(state_->loop.context(), [this] {
    // What comes of the requests now is of no interest to anybody.
    state_->is_closing = true;
    state_->askers.clear();
    state_->client.close();
    state_->loop.cease();
  });
  state_->thread.join();
}

void GoogleLookup::find_nearby(std::vector<places::NearbyQuery> queries, Found on_found) {
  auto batch = std::make_shared<Batch>();
  batch->found.resize(queries.size());
  batch->reasons.resize(queries.size());
  batch->queries = std::move(queries);
  batch->on_found = std::move(on_found);
  asio::post(state_->loop.context(), [this, batch = std::move(batch)] { state_->take(batch); });
}

void GoogleLookup::use_key(google::GoogleKey key) {
  asio::post(state_->loop.context(), [this, key = std::make_shared<const google::GoogleKey>(std::move(key))] {
    state_->key = key;
    const std::lock_guard lock(state_->mutex);
    state_->questions.on_new_key();
  });
}

GoogleStatus GoogleLookup::status() const {
  const std::lock_guard lock(state_->mutex);
  const auto& questions = state_->questions;
  GoogleStatus status;
  status.counts = questions.counts();
  status.breaker = questions.breaker().state();
  status.breaker_opened = questions.breaker().times_opened();
  status.requests_left_today = questions.requests_left(utc_day());
  status.requests_under_way = questions.requests_under_way();
  status.cached = questions.cache().size();
  status.cache_bytes = questions.cache().bytes();
  status.cache_evicted = questions.cache().evicted();
  status.connections_made = state_->client.connections_made();
  status.last_failure = questions.last_failure();
  return status;
}

/// Asks for each of the batch at once.
void GoogleLookup::State::take(const std::shared_ptr<Batch>& batch) {
  batch->unknown = batch->queries.size();
  for (std::size_t i = 0; i < batch->queries.size(); ++i) {
    // Who wants no results need not trouble Google.
    if (batch->queries[i].limit == 0) {
      --batch->unknown;
      continue;
    }
    const auto question = google::google_question(batch->queries[i]);
    const auto ticket = ++last_ticket;
    askers.emplace(ticket, Asker{batch, i});
    std::unique_lock lock(mutex);
    const auto decision = questions.ask(question, ticket, steady_now(), utc_day());
    lock.unlock();
    if (const auto* outcome = std::get_if<GoogleOutcome>(&decision)) {
      askers.erase(ticket);
      note(*batch, i, *outcome);
    } else if (std::holds_alternative<GoogleQuestions::Request>(decision)) {
      request(question);
    }
  }
  tell_changes();
  if (batch->unknown == 0) complete(batch, offline);
}

void GoogleLookup::State::request(const std::string& question) {
  const auto target = google::google_target(path_prefix + question, *key);
  client.get(target, [this, question, asked_with = key](Result<HttpAnswer> answer) {
    if (answer) {
      end(question, google::read_google_answer(answer->status, std::move(answer->body), *asked_with));
    } else {
      end(question, GoogleFailure{GoogleFailure::Kind::trouble, answer.error().message});
    }
  });
}

void GoogleLookup::State::end(const std::string& question, const GoogleOutcome& outcome) {
  if (is_closing) return;
  std::unique_lock lock(mutex);
  const auto tickets = questions.end(question, outcome, steady_now());
  lock.unlock();
  tell_changes();
  for (const auto ticket : tickets) {
    auto found = askers.extract(ticket);
    if (found.empty()) continue;
    const auto [batch, place] = std::move(found.mapped());
    note(*batch, place, outcome);
    if (batch->unknown == 0) complete(batch, offline);
  }
}

void GoogleLookup::State::note(Batch& batch, std::size_t place, const GoogleOutcome& outcome) const {
  --batch.unknown;
  if (const auto* failure = std::get_if<GoogleFailure>(&outcome)) {
    batch.reasons[place] = failure->reason;
  } else {
    batch.found[place] = std::get<std::shared_ptr<const google::GoogleAnswer>>(outcome);
  }
}

/// Logs what an operator may want to do something about.
void GoogleLookup::State::tell_changes() {
  using BreakerState = google::GoogleBreaker::State;
  const auto breaker = questions.breaker().state();
  if (breaker != breaker_told && breaker == BreakerState::open) {
    log.warn("Google Places (" + name + ") " + questions.last_failure() + "; it is not asked for a while");
  } else if (breaker != breaker_told && breaker == BreakerState::closed) {
    log.info("Google Places (" + name + ") is asked again");
  }
  breaker_told = breaker;
  if (questions.counts().over_quota > 0 && quota_told != utc_day() && questions.requests_left(utc_day()) == 0) {
    log.warn("Google Places (" + name + ") is not asked any more today: google_requests_per_day are used up");
    quota_told = utc_day();
  }
}

}  // namespace herd::net
