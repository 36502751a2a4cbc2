// orderctl import online-retail.
#include "actors/rules/text.hpp"
#include "cluster/orderctl/ctl_commands.hpp"
#include "cluster/orderctl/ctl_progress.hpp"
#include "cluster/orderctl/import_summary.hpp"
#include "cluster/orderctl/output_file.hpp"
#include "cluster/retail/csv_reader.hpp"
#include "cluster/retail/retail_file.hpp"
#include "config/limits.hpp"
#include "runtime/base/disk.hpp"

#include <filesystem>
#include <optional>
#include <system_error>
#include <tuple>

namespace orderd::cluster {

namespace {

using clock = std::chrono::steady_clock;

/// Rows that cannot be read that are printed one by one; the rejects file has all.
constexpr std::uint64_t unreadable_printed_max = 5;

/// A fault of one entity, or one late answer, says nothing about the next; after any other the rest would
/// fail as well.
bool only_this_order(v1::fault::kind code) {
  return code == v1::fault::QUARANTINED || code == v1::fault::INTERNAL || code == v1::fault::CORRUPT
         || code == v1::fault::TIMEOUT;
}

/// Whether writing `a` would write `b`, which need not exist. A device, as /dev/null, takes everybody's.
bool is_same_file(const std::string& a, const std::string& b) {
  namespace fs = std::filesystem;
  std::error_code unknown; // what cannot be looked at cannot be opened either, and that is told then
  if (fs::is_character_file(a, unknown))
    return false;
  const auto path_of = [&](const std::string& name) {
    return fs::weakly_canonical(fs::absolute(name, unknown), unknown);
  };
  return fs::equivalent(a, b, unknown) || (!path_of(a).empty() && path_of(a) == path_of(b));
}

/// One import: reads, opens accounts, places, and counts what happened.
class retail_importer {
public:
  retail_importer(const import_options& options, ctl_context& context)
      : options_(options), context_(context) {
    summary_.file = options.file;
    summary_.rejects_file = options.rejects_file;
    summary_.not_placed_file = options.not_placed_file;
  }

  int run() {
    if (const int code = check_files(); code != exit_ok)
      return code;
    if (const int code = read(); code != exit_ok)
      return code;
    if (const int code = plan_stock(); code != exit_ok)
      return code;
    open_accounts();
    place();
    return report();
  }

private:
  int check_files();
  int read();
  int plan_stock();
  std::vector<std::string> without_account();
  void open_accounts();
  void place();
  int report();
  void on_refused_row(const refused_row& refused);
  void count_reading();
  void write_not_placed();
  void tell_held_back();
  bool keep_lists();
  void on_placement(const link_answer& answer, const retail_invoice& invoice);
  void on_refusal(const v1::reply& answer, const std::string& subject);
  int cannot_write(const output_file& list);
  progress bar(const std::string& label, std::uint64_t total) {
    return {context_.progress ? &context_.err : nullptr, label, total};
  }

  const import_options& options_;
  ctl_context& context_;
  retail_book book_;
  std::optional<output_file> rejects_;
  std::optional<output_file> not_placed_;
  std::uint64_t unreadable_printed_ = 0;
  import_summary summary_;
  std::optional<v1::reply> stopped_by_; ///< the fault after which nothing more was sent
};

/// Nothing may be written over the orders, nor over the other list.
int retail_importer::check_files() {
  const auto& [file, rejects, not_placed] =
      std::tie(options_.file, options_.rejects_file, options_.not_placed_file);
  const auto is_written = [&](const std::string& name, const std::string& list) {
    return is_same_file(list, name) || is_same_file(unfinished_path(list), name);
  };
  if (!is_written(file, rejects) && !is_written(file, not_placed) && !is_written(rejects, not_placed)
      && !is_written(not_placed, rejects))
    return exit_ok;
  context_.err << "orderctl: FILE, --rejects and --not-placed have to be three files; they are "
               << actors::shown(file) << ", " << actors::shown(rejects) << " and "
               << actors::shown(not_placed) << '\n';
  return exit_usage;
}

int retail_importer::cannot_write(const output_file& list) {
  const auto said = list.error() == 0
                        ? "cannot write " + list.path()
                        : runtime::os_failure(list.error(), "write the list", list.path()).message;
  context_.err << "orderctl: " << actors::shown(said) << '\n';
  return exit_usage;
}

void retail_importer::on_refused_row(const refused_row& refused) {
  const auto about = describe(refused.why, refused.row);
  rejects_->stream() << refused.line << ',' << to_string(refused.why) << ',' << about.field << ','
                     << csv_field(about.value) << ',' << csv_field(about.limit) << ','
                     << csv_field(refused.text) << '\n';
  if (is_no_sale(refused.why) || ++unreadable_printed_ > unreadable_printed_max)
    return;
  context_.err << "orderctl: " << actors::shown(options_.file) << ", line " << refused.line << ": "
               << about.field;
  if (!about.value.empty())
    context_.err << " '" << actors::shown(about.value) << '\'';
  context_.err << " has to be " << about.limit << " (" << to_string(refused.why) << ")\n";
}

int retail_importer::read() {
  const auto begun_at = clock::now();
  rejects_.emplace(options_.rejects_file);
  not_placed_.emplace(options_.not_placed_file);
  rejects_->stream() << "line,reason,field,value,limit,original\n";
  const auto trimmed =
      read_retail_file(options_.file, book_, [this](const refused_row& refused) { on_refused_row(refused); });
  if (!trimmed) {
    context_.err << "orderctl: " << actors::shown(trimmed.error().message) << '\n';
    return exit_usage;
  }
  if (*trimmed > 0)
    context_.err
        << "orderctl: " << actors::shown(options_.file) << ": " << *trimmed
        << " cells had blanks around them, or characters to compose: they are taken without, and composed\n";
  if (!options_.place_incomplete)
    book_.hold_back();
  write_not_placed();
  if (!rejects_->flush())
    return cannot_write(*rejects_);
  if (!not_placed_->flush())
    return cannot_write(*not_placed_);
  count_reading();
  tell_held_back();
  summary_.reading = clock::now() - begun_at;
  return exit_ok;
}

void retail_importer::count_reading() {
  summary_.rows = book_.rows();
  summary_.invoices = book_.invoices().size();
  for (std::size_t i = 0; i < row_faults; ++i) {
    if (const auto why = static_cast<row_fault>(i); book_.refused_rows(why) > 0)
      summary_.rejected_rows[std::string{to_string(why)}] = book_.refused_rows(why);
  }
  for (std::size_t i = 0; i < unplaced_reasons; ++i) {
    if (const auto why = static_cast<unplaced_reason>(i); book_.unplaced(why) > 0)
      summary_.not_placed_invoices[std::string{to_string(why)}] = book_.unplaced(why);
  }
}

void retail_importer::tell_held_back() {
  const auto unreadable = book_.unreadable_rows();
  if (unreadable == 0)
    return;
  if (unreadable_printed_ > unreadable_printed_max)
    context_.err << "orderctl: further rows that cannot be read are only counted\n";
  context_.err << "orderctl: " << unreadable << " rows cannot be read";
  if (options_.place_incomplete)
    context_.err << "; their invoices are placed without them\n";
  else
    context_.err << ", and hold back " << book_.unplaced(unplaced_reason::held_back)
                 << " invoices: correct the rows and import again, or place them without with "
                    "--place-incomplete\n";
}

void retail_importer::write_not_placed() {
  auto& file = not_placed_->stream();
  file << "invoice,reason,rows,unreadable_rows,why\n";
  for (const auto& invoice : book_.invoices()) {
    if (invoice.unplaced)
      file << csv_field(invoice.number) << ',' << to_string(*invoice.unplaced) << ',' << invoice.rows << ','
           << invoice.unreadable << ','
           << (invoice.first_unreadable ? to_string(*invoice.first_unreadable) : std::string_view{}) << '\n';
  }
}

/// The lists of this run take the place of those of the last one.
bool retail_importer::keep_lists() {
  for (auto* list : {&*rejects_, &*not_placed_}) {
    if (!list->keep()) {
      static_cast<void>(cannot_write(*list));
      return false;
    }
  }
  return true;
}

int retail_importer::plan_stock() {
  const auto too_much = options_.stock_factor ? book_.add_stock(*options_.stock_factor) : std::nullopt;
  if (!too_much)
    return exit_ok;
  context_.err << "orderctl: with this --stock-factor, " << *too_much << " would get more than "
               << limits::quantity_max << " units\n";
  return exit_usage;
}

void retail_importer::on_refusal(const v1::reply& answer, const std::string& subject) {
  if (answer.has_rejection()) {
    const auto code = rejection_name(answer.rejection());
    if (++summary_.refused[code] == 1)
      context_.err << "orderctl: " << actors::shown(subject) << " is refused: " << refusal_text(answer)
                   << "; further ones are only counted\n";
    return;
  }
  ++summary_.faults[answer.has_fault() ? fault_name(answer.fault()) : "unknown_answer"];
  if (!stopped_by_ && !only_this_order(answer.fault().code()))
    stopped_by_ = answer;
}

/// The customers who have no account yet. A limit that is there was set by somebody, and stays.
std::vector<std::string> retail_importer::without_account() {
  const auto customers = book_.customers();
  std::vector<std::string> missing;
  context_.node.run(
      customers.size(), options_.concurrency,
      [&](std::uint64_t index) {
        auto what = std::make_shared<v1::request>();
        what->mutable_get_account()->set_customer(customers[index]);
        return what;
      },
      [&](const link_answer& answer) {
        if (answer.what.rejection().code() == v1::rejection::NOT_FOUND)
          missing.push_back(customers[answer.index]);
        else if (!answer.what.has_account())
          on_refusal(answer.what, "account " + customers[answer.index]);
        return !stopped_by_;
      });
  return missing;
}

void retail_importer::open_accounts() {
  if (!options_.credit_limit_minor)
    return;
  const auto begun_at = clock::now();
  const auto customers = without_account();
  if (stopped_by_)
    return;
  auto shown = bar("opening accounts", customers.size());
  context_.node.run(
      customers.size(), options_.concurrency,
      [&](std::uint64_t index) {
        auto what = std::make_shared<v1::request>();
        auto& set = *what->mutable_set_account();
        set.set_customer(customers[index]);
        set.set_currency("GBP");
        set.set_credit_limit_minor(*options_.credit_limit_minor);
        set.set_command_id(new_command_id(context_));
        return what;
      },
      [&](const link_answer& answer) {
        if (answer.what.has_account())
          shown.advance(++summary_.accounts_opened);
        else
          on_refusal(answer.what, "account " + customers[answer.index]);
        return !stopped_by_;
      });
  shown.finish();
  summary_.setting = clock::now() - begun_at;
}

void retail_importer::place() {
  const auto orders = book_.placeable();
  if (stopped_by_) {
    summary_.unsent = orders.size();
    return;
  }
  const auto begun_at = clock::now();
  std::uint64_t answered = 0;
  auto shown = bar("placing orders  ", orders.size());
  context_.node.run(
      orders.size(), options_.concurrency,
      [&](std::uint64_t index) {
        auto what = std::make_shared<v1::request>();
        book_.fill(book_.invoices()[orders[index]], !options_.credit_limit_minor,
                   *what->mutable_place_order());
        return what;
      },
      [&](const link_answer& answer) {
        shown.advance(++answered);
        on_placement(answer, book_.invoices()[orders[answer.index]]);
        return !stopped_by_;
      });
  shown.finish();
  summary_.unsent = orders.size() - answered;
  summary_.placing = clock::now() - begun_at;
}

void retail_importer::on_placement(const link_answer& answer, const retail_invoice& invoice) {
  if (!answer.what.has_placement())
    return on_refusal(answer.what, "invoice " + invoice.number);
  summary_.latencies.add(answer.latency);
  summary_.placed.add(invoice);
  const auto& outcome = answer.what.placement();
  if (outcome.status() == v1::CONFIRMED)
    summary_.confirmed.add(invoice);
  else
    ++summary_.rejected[reason_name(outcome.reason())];
}

int retail_importer::report() {
  if (context_.json)
    print_line(to_json(summary_), context_);
  else
    print(summary_, context_.out);
  if (stopped_by_)
    context_.err << "orderctl: the import ended early: " << refusal_text(*stopped_by_)
                 << ". The same command goes on from here\n";
  if (!summary_.complete()) {
    context_.err << "orderctl: the lists of this import are in " << actors::shown(rejects_->path()) << " and "
                 << actors::shown(not_placed_->path())
                 << "; those of the last whole one are left as they were\n";
    return exit_fault;
  }
  if (!keep_lists())
    return exit_usage;
  const bool all_read = options_.place_incomplete || book_.unreadable_rows() == 0;
  return summary_.refused.empty() && all_read ? exit_ok : exit_refused;
}

} // namespace

int run(const import_options& options, ctl_context& context) {
  return retail_importer{options, context}.run();
}

} // namespace orderd::cluster
