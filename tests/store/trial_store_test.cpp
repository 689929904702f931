#include "contract/trial_store_contract.h"

#include "nascent/store/memory_store.h"
#include "nascent/store/sqlite_store.h"
#include "support/temporary_folder.h"

namespace nascent::testing {
namespace {

/// A store together with the folder of its file.
class StoreInFolder : public TrialStore {
 public:
  explicit StoreInFolder(const StudyRecord& study) : store_(create_sqlite_store(folder_ / "study.db", study)) {}
  const StudyRecord& study() const override { return store_->study(); }
  std::vector<Trial> trials() const override { return store_->trials(); }
  void create(const Trial& trial) override { store_->create(trial); }
  void report(std::int64_t number, const Report& report) override { store_->report(number, report); }
  void finish(const Trial& trial) override { store_->finish(trial); }
  void set_note(const std::string& key, const Json& value) override { store_->set_note(key, value); }
  Json note(const std::string& key) const override { return store_->note(key); }

 protected:
  TemporaryFolder folder_;
  std::unique_ptr<TrialStore> store_;
};

/// The same, opened anew before every call: nothing may live in the object only.
class ReopenedStore : public StoreInFolder {
 public:
  using StoreInFolder::StoreInFolder;
  const StudyRecord& study() const override { return reopened().study(); }
  std::vector<Trial> trials() const override { return reopened().trials(); }
  void create(const Trial& trial) override { reopened().create(trial); }
  void report(std::int64_t number, const Report& report) override { reopened().report(number, report); }
  void finish(const Trial& trial) override { reopened().finish(trial); }
  void set_note(const std::string& key, const Json& value) override { reopened().set_note(key, value); }
  Json note(const std::string& key) const override { return reopened().note(key); }

 private:
  TrialStore& reopened() const {
    again_.reset();
    again_ = open_sqlite_store(folder_ / "study.db");
    return *again_;
  }
  mutable std::unique_ptr<TrialStore> again_;
};

INSTANTIATE_TEST_SUITE_P(
    Stores, TrialStoreContract,
    ::testing::Values(
        StoreKind{"Memory", [](const StudyRecord& study) { return create_memory_store(study); }},
        StoreKind{"Sqlite", [](const StudyRecord& study) { return std::make_unique<StoreInFolder>(study); }},
        StoreKind{"SqliteReopened", [](const StudyRecord& study) { return std::make_unique<ReopenedStore>(study); }}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace nascent::testing
